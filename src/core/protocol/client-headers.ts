/** HTTP headers by their names in lower case. */
export type HeaderFields = Readonly<Record<string, string>>;

/** What a client's headers say to the developer's backend. */
export type ClientHeaders = {
  /** Of the request that opened the connection. */
  readonly sent?: HeaderFields;
  /**
   * Written by the client into its `connect` command, where it is a page that cannot set headers. No proxy on the way
   * has seen them.
   */
  readonly claimed?: HeaderFields;
};

const MOST = 32;
/** Characters of all names and values. */
const LENGTH = 8_192;
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]{1,64}$/;
/** RFC 9110, section 5.5, without what is not ASCII. */
const VALUE = /^[\t\x20-\x7e]*$/;

/** The headers among what a client has written; undefined where it has written none, or what cannot be headers. */
export function readHeaders(pairs: Iterable<readonly [string, string]>): HeaderFields | 'wrong' | undefined {
  const headers: Record<string, string> = {};
  let [count, length] = [0, 0];
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase();
    count += 1;
    length += name.length + value.length;
    if (count > MOST || length > LENGTH || !NAME.test(lower) || !VALUE.test(value)) return 'wrong';
    headers[lower] = value;
  }
  return count === 0 ? undefined : headers;
}
