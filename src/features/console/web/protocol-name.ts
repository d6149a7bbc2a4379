/** The engine's short names of protocols, and the names developers use; product names need no translation. */
const NAMES: Readonly<Record<string, string>> = {
  cj: 'Centrifuge JSON',
  cp: 'Centrifuge Protobuf',
  ss: 'SSE',
  lp: 'Long poll',
  si: 'Socket.IO',
  pu: 'Pusher',
};

/** A connection's protocol, and its transport unless it is a socket. */
export function protocolName(protocol: string, isStream: boolean): string {
  const [base = '', namespace] = protocol.split('/');
  const name = NAMES[base] ?? protocol;
  if (namespace !== undefined) return `${name} /${namespace}`;
  return isStream && (base === 'cj' || base === 'cp') ? `${name} · HTTP` : name;
}
