/** Digests required by foreign protocols, in lower-case hex. */
export interface Digests {
  hmacSha256(secret: string, text: string): string;
  /** For protocols that compare bodies by it; not used for security. */
  md5(bytes: Uint8Array): string;
}
