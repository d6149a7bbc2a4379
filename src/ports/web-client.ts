export type Post = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** Calls other programs over HTTP, at addresses that the operator has set. */
export interface WebClient {
  /** Gives the status of the answer. Rejects when none comes within 10 s. Follows no redirect. */
  post(request: Post): Promise<number>;
}
