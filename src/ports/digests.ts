/** Digests that foreign protocols prescribe, in lower-case hex. */
export interface Digests {
  hmacSha256(secret: string, text: string): string;
  /** For protocols that compare bodies by it; it keeps nothing secret. */
  md5(bytes: Uint8Array): string;
}
