/**
 * The web types that every target runtime has, and no others: anything else does not compile in ports, core, protocols
 * and features. Time and logging are ports.
 */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}
declare class URLSearchParams {
  constructor(init?: string);
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string): boolean;
}
declare class URL {
  constructor(url: string, base?: string);
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly pathname: string;
  readonly searchParams: URLSearchParams;
}
declare class Headers {
  constructor(init?: Record<string, string> | [string, string][] | Headers);
  get(name: string): string | null;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
  has(name: string): boolean;
  delete(name: string): void;
  getSetCookie(): string[];
  forEach(call: (value: string, name: string) => void): void;
}
declare class ReadableStream {
  getReader(): { read(): Promise<{ done: boolean; value: Uint8Array | undefined }>; cancel(): Promise<void> };
}
type BodyInit = string | Uint8Array | ReadableStream | null;
declare class Request {
  constructor(
    input: string | Request,
    init?: { method?: string; headers?: Headers | Record<string, string>; body?: BodyInit },
  );
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: ReadableStream | null;
  arrayBuffer(): Promise<ArrayBuffer>;
  json(): Promise<unknown>;
  text(): Promise<string>;
}
declare class Response {
  constructor(body?: BodyInit, init?: { status?: number; headers?: Headers | Record<string, string> });
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly body: ReadableStream | null;
  static json(value: unknown, init?: { status?: number; headers?: Headers | Record<string, string> }): Response;
  json(): Promise<unknown>;
  text(): Promise<string>;
}
declare const crypto: {
  getRandomValues<T extends Uint8Array | Uint32Array>(array: T): T;
  randomUUID(): string;
  subtle: {
    digest(algorithm: string, data: Uint8Array): Promise<ArrayBuffer>;
    importKey(
      format: 'raw',
      key: Uint8Array,
      algorithm: { name: string; hash: string },
      extractable: boolean,
      usages: readonly string[],
    ): Promise<object>;
    sign(algorithm: string, key: object, data: Uint8Array): Promise<ArrayBuffer>;
  };
};
declare function btoa(text: string): string;
declare function atob(text: string): string;
