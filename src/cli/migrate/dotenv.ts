/**
 * The variables of a file in the format of Laravel and dotenv: `NAME=value`, quoted or not, with `${OTHER}`
 * substituted.
 */
export function readDotenv(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, written] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || written === undefined) continue;
    found[name] = unquoted(written.trim(), found);
  }
  return found;
}

function unquoted(written: string, before: Readonly<Record<string, string>>): string {
  if (written.startsWith("'")) return /^'([^']*)'/.exec(written)?.[1] ?? written;
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(written)?.[1];
  const plain = quoted?.replaceAll(/\\(["\\$])/g, '$1') ?? written.replace(/\s+#.*$/, '');
  return plain.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => before[name] ?? '');
}
