/** The version to which this tab has changed by a reload, so that it never does so twice. */
const CHANGED_TO = 'banyan-changed-to';

/** Code that could not be loaded. */
export class PartNotLoaded extends Error {
  override readonly name = 'PartNotLoaded';

  /** `isReachable`: the server answers, so it has the code no more. */
  constructor(
    cause: unknown,
    readonly isReachable: boolean,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * Loads a part of the app's code. A part that is gone because the server has a newer version reloads the page, once:
 * nothing is settled then. What fails for another reason is rejected with `PartNotLoaded`.
 */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (error) {
    const version = await servedVersion();
    const isKnown = version === scriptsOf(document) || sessionStorage.getItem(CHANGED_TO) === version;
    if (version === undefined || isKnown) throw new PartNotLoaded(error, version !== undefined);
    sessionStorage.setItem(CHANGED_TO, version);
    location.reload();
    return new Promise(() => undefined);
  }
}

/** The scripts of the version that the server has now; undefined if nobody answers. */
async function servedVersion(): Promise<string | undefined> {
  try {
    const response = await fetch('/', { cache: 'no-cache' });
    if (!response.ok) return undefined;
    return scriptsOf(new DOMParser().parseFromString(await response.text(), 'text/html'));
  } catch {
    return undefined;
  }
}

function scriptsOf(page: Document): string {
  return [...page.querySelectorAll('script[type=module][src]')].map((script) => script.getAttribute('src')).join(' ');
}
