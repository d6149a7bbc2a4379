import type { Measure } from '../../../contracts/console/events.ts';

export const RANGES = [60, 300, 900] as const;
/** The range of the charts in seconds. */
export type Range = (typeof RANGES)[number];
export type ChannelOrder = 'name' | 'subscribers';

/** A page's cursor: absent for the first. */
export type PageOf = { readonly after?: string; readonly before?: string };

/** The console's screens; each has its own URL. */
export type Place =
  | { readonly screen: 'overview'; readonly range: Range }
  | { readonly screen: 'connections'; readonly text: string; readonly page: PageOf }
  | { readonly screen: 'connection'; readonly client: string }
  | { readonly screen: 'channels'; readonly prefix: string; readonly order: ChannelOrder; readonly page: PageOf }
  | { readonly screen: 'channel'; readonly channel: string }
  | { readonly screen: 'keys' }
  | { readonly screen: 'apps' }
  | { readonly screen: 'deadLetters'; readonly page: PageOf };

export type Screen = Place['screen'];

export const ROOT = '/admin';
const DEFAULT_RANGE: Range = 300;

/** The place at an address below `ROOT`; undefined for none. Names are in the query, so that any fits. */
export function readPlace(pathname: string, search: string): Place | undefined {
  const query = new URLSearchParams(search);
  const text = (name: string) => query.get(name) ?? '';
  switch (pathname.slice(ROOT.length).replace(/^\/|\/$/g, '')) {
    case 'connections':
      return { screen: 'connections', text: text('text'), page: readPage(query) };
    case 'connection':
      return { screen: 'connection', client: text('client') };
    case 'channels': {
      const order = text('order') === 'subscribers' ? 'subscribers' : 'name';
      return { screen: 'channels', prefix: text('prefix'), order, page: readPage(query) };
    }
    case 'channel':
      return { screen: 'channel', channel: text('name') };
    case 'keys':
      return { screen: 'keys' };
    case 'apps':
      return { screen: 'apps' };
    case 'dead-letters':
      return { screen: 'deadLetters', page: readPage(query) };
    case '':
      return { screen: 'overview', range: RANGES.find((range) => String(range) === text('range')) ?? DEFAULT_RANGE };
    default:
      return undefined;
  }
}

/** The URL of a place, without defaults. */
export function writePlace(place: Place): string {
  switch (place.screen) {
    case 'overview':
      return address('', { range: place.range === DEFAULT_RANGE ? '' : String(place.range) });
    case 'connections':
      return address('/connections', { text: place.text, ...place.page });
    case 'connection':
      return address('/connection', { client: place.client });
    case 'channels': {
      const order = place.order === 'name' ? '' : place.order;
      return address('/channels', { prefix: place.prefix, order, ...place.page });
    }
    case 'channel':
      return address('/channel', { name: place.channel });
    case 'keys':
    case 'apps':
      return address(`/${place.screen}`, {});
    case 'deadLetters':
      return address('/dead-letters', { ...place.page });
    default:
      return place satisfies never;
  }
}

/** The first pages of the lists, and the overview. */
export const STARTS = {
  overview: { screen: 'overview', range: DEFAULT_RANGE },
  connections: { screen: 'connections', text: '', page: {} },
  channels: { screen: 'channels', prefix: '', order: 'name', page: {} },
  keys: { screen: 'keys' },
  apps: { screen: 'apps' },
  deadLetters: { screen: 'deadLetters', page: {} },
} as const satisfies Partial<Record<Screen, Place>>;

export type Section = keyof typeof STARTS;

/** The menu item of a screen. */
export function sectionOf(screen: Screen): Section {
  switch (screen) {
    case 'connection':
      return 'connections';
    case 'channel':
      return 'channels';
    default:
      return screen;
  }
}

/** The number of items in a section, shown in the menu. */
export const COUNTED: Readonly<Partial<Record<Section, Measure>>> = {
  connections: 'connections',
  channels: 'channels',
};

function readPage(query: URLSearchParams): PageOf {
  const [after, before] = [query.get('after'), query.get('before')];
  if (after !== null) return { after };
  return before === null ? {} : { before };
}

function address(path: string, query: Readonly<Record<string, string>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const search = new URLSearchParams(given).toString();
  return `${ROOT}${path}${search === '' ? '' : `?${search}`}`;
}
