export type Post = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** Calls other programs over HTTP, at addresses set by the operator. */
export interface WebClient {
  /** Returns the status of the response. Rejects if there is none within 10 s. Does not follow redirects. */
  post(request: Post): Promise<number>;
}
