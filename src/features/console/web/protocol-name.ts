/** What protocols call themselves in the engine, in the words that developers use; names of products need no translation. */
const NAMES: Readonly<Record<string, string>> = {
  cj: 'Centrifuge JSON',
  cp: 'Centrifuge Protobuf',
  ss: 'SSE',
  lp: 'Long poll',
  si: 'Socket.IO',
  pu: 'Pusher',
};

/** The protocol of a connection, and how it is carried where that is not a socket. */
export function protocolName(protocol: string, isStream: boolean): string {
  const [base = '', namespace] = protocol.split('/');
  const name = NAMES[base] ?? protocol;
  if (namespace !== undefined) return `${name} /${namespace}`;
  return isStream && (base === 'cj' || base === 'cp') ? `${name} · HTTP` : name;
}
