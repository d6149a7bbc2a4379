/** Where a text stops being JSON, counted from 1; line 0 where the browser does not say. Null for JSON. */
export function jsonProblem(text: string): { readonly line: number; readonly column: number } | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return placeIn(text, String(error));
  }
}

/** Browsers tell a position, or a line and a column. */
function placeIn(text: string, message: string): { readonly line: number; readonly column: number } {
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line !== undefined && column !== undefined) return { line: Number(line), column: Number(column) };
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return { line: 0, column: 0 };
  const before = text.slice(0, Number(position)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** JSON text as people read it; as it is where it is none. Numbers stay as they were written wherever that matters. */
export function prettyJson(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    const pretty = JSON.stringify(value, null, 2);
    // What reading changes, such as a number of twenty digits, is shown as it came.
    return JSON.stringify(value) === text.replace(/\s+(?=(?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")*$)/g, '') ? pretty : text;
  } catch {
    return text;
  }
}
