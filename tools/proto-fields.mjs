// Writes what a test compares with: the fields of each message of a .proto file, their types, and which of them are in JSON
// even when they are zero, from the Go code beside it.
// node tools/proto-fields.mjs <file.proto> <file.pb.go> <where it is from> > tests/interop/centrifugo/<name>.json
import { readFileSync } from 'node:fs';

const [protoFile, goFile, source] = process.argv.slice(2);
const proto = readFileSync(protoFile, 'utf8').replaceAll(/\/\/.*$/gm, '');
const go = readFileSync(goFile, 'utf8');

/** Fields that Go always writes: their tag has no `omitempty`. */
function alwaysIn(message) {
  const [, struct = ''] = new RegExp(`^type ${message} struct \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(go) ?? [];
  return [...struct.matchAll(/json:"([a-z0-9_]+)"/g)].map(([, name]) => name);
}

const messages = {};
for (const [, name, body] of proto.matchAll(/^message (\w+) \{([\s\S]*?)\}/gm)) {
  const fields = [...body.matchAll(/^\s*((?:repeated )?(?:map<[^>]+>|\w+)) (\w+) = \d+;/gm)];
  const always = alwaysIn(name);
  messages[name] = Object.fromEntries(
    fields.map(([, type, field]) => [field, always.includes(field) ? `${type}, always` : type]),
  );
}
const methods = [...proto.matchAll(/^\s*rpc (\w+)/gm)].map(([, name]) => name);
process.stdout.write(`${JSON.stringify({ source, methods, messages }, null, 2)}\n`);
