/** The position of the JSON error, counted from 1; line 0 if the browser does not report it. Null for valid JSON. */
export function jsonProblem(text: string): { readonly line: number; readonly column: number } | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return placeIn(text, String(error));
  }
}

/** Browsers report a position, or a line and a column. */
function placeIn(text: string, message: string): { readonly line: number; readonly column: number } {
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line !== undefined && column !== undefined) return { line: Number(line), column: Number(column) };
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return { line: 0, column: 0 };
  const before = text.slice(0, Number(position)).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Strings, punctuation, and what is between them: numbers, true, false and null. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Formats JSON text on several lines. Nothing in it is changed: a number stays as written. */
export function prettyJson(text: string): string {
  const tokens = text.match(TOKEN) ?? [];
  let [depth, pretty] = [0, ''];
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [index, token] of tokens.entries()) {
    const isEmpty = /^[[{]$/.test(tokens[index - 1] ?? '');
    if (token === '}' || token === ']') {
      depth = Math.max(0, depth - 1);
      pretty += isEmpty ? token : line() + token;
    } else if (token === '{' || token === '[') {
      depth += 1;
      pretty += token + (/^[\]}]$/.test(tokens[index + 1] ?? '') ? '' : line());
    } else if (token === ',') pretty += token + line();
    else pretty += token === ':' ? ': ' : token;
  }
  return pretty;
}
