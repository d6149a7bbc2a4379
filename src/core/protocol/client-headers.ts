/** HTTP headers by lower-case name. */
export type HeaderFields = Readonly<Record<string, string>>;

/** A client's headers for the developer's backend. */
export type ClientHeaders = {
  /** Of the request that opened the connection. */
  readonly sent?: HeaderFields;
  /** Sent by the client in its `connect` command, as pages cannot set headers. No proxy on the way has checked them. */
  readonly claimed?: HeaderFields;
};

const MAX_CHARACTERS = 32;
/** Maximum characters of all names and values. */
const LENGTH = 8_192;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/;
/** RFC 9110, section 5.5, limited to ASCII. */
const VALUE = /^[\t\x20-\x7e]*$/;

/** The headers a client has sent; undefined if there are none, or invalid ones. */
export function readHeaders(pairs: Iterable<readonly [string, string]>): HeaderFields | 'wrong' | undefined {
  const headers: Record<string, string> = {};
  let [count, length] = [0, 0];
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase();
    count += 1;
    length += name.length + value.length;
    if (count > MAX_CHARACTERS || length > LENGTH || !NAME.test(lower) || !VALUE.test(value)) return 'wrong';
    headers[lower] = value;
  }
  return count === 0 ? undefined : headers;
}
