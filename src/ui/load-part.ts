/** The version to which this tab has changed by a reload, so that it never does so twice. */
const CHANGED_TO = 'banyan-changed-to';

/**
 * Loads a part of the app's code. A part that is gone because the server has a newer version reloads the page, once:
 * nothing is settled then. What fails for another reason, such as a lost line, is rejected.
 */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (error) {
    const version = await newerVersion();
    if (version === undefined || sessionStorage.getItem(CHANGED_TO) === version) throw error;
    sessionStorage.setItem(CHANGED_TO, version);
    location.reload();
    return new Promise(() => undefined);
  }
}

/** The scripts of the version that the server has now; undefined if it is this one, or nobody answers. */
async function newerVersion(): Promise<string | undefined> {
  try {
    const response = await fetch('/', { cache: 'no-cache' });
    if (!response.ok) return undefined;
    const served = scriptsOf(new DOMParser().parseFromString(await response.text(), 'text/html'));
    return served === scriptsOf(document) ? undefined : served;
  } catch {
    return undefined;
  }
}

function scriptsOf(page: Document): string {
  return [...page.querySelectorAll('script[type=module][src]')].map((script) => script.getAttribute('src')).join(' ');
}
