import { type FunctionComponent, use } from 'react';
import { loadPart, PartNotLoaded } from '../ui/load-part.ts';

/** The code of a page could not be loaded. */
export class PageNotLoaded extends Error {
  override readonly name = 'PageNotLoaded';

  /** Whether the server answers, and has the code no more. */
  readonly isReachable: boolean;

  /** `again` starts another attempt. */
  constructor(
    cause: unknown,
    readonly again: () => void,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.isReachable = cause instanceof PartNotLoaded && cause.isReachable;
  }
}

/** A page's code on its way. */
class PageCode {
  readonly #load: () => Promise<FunctionComponent>;
  #page: FunctionComponent | undefined;
  #failure: PageNotLoaded | undefined;
  #loading: Promise<void> | undefined;

  constructor(load: () => Promise<FunctionComponent>) {
    this.#load = load;
  }

  /** Never rejects. */
  readonly preload = (): Promise<void> => {
    this.#loading ??= this.#attempt();
    return this.#loading;
  };

  /** Undefined until it is loaded. */
  get(): FunctionComponent | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#page;
  }

  async #attempt(): Promise<void> {
    try {
      this.#page = await loadPart(this.#load);
    } catch (cause) {
      this.#failure = new PageNotLoaded(cause, () => this.#again());
    }
  }

  #again(): void {
    this.#failure = undefined;
    this.#loading = this.#attempt();
  }
}

type LazyPage = FunctionComponent & { readonly preload: () => Promise<void> };

/** A page whose code is loaded on navigation. The router starts the load, and waits for it. */
export function lazyPage(load: () => Promise<FunctionComponent>): LazyPage {
  const code = new PageCode(load);
  return Object.assign(() => <Page code={code} />, { preload: code.preload });
}

function Page({ code }: { readonly code: PageCode }) {
  const Loaded = code.get();
  if (Loaded !== undefined) return <Loaded />;
  use(code.preload());
  return null;
}
