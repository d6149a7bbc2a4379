import { z } from 'zod';
import { CLOSED_NAMESPACE, type Namespace } from '../core/channels/namespace.ts';
import { FEATURE_NAMESPACES } from './feature-namespaces.ts';
import { nearest } from './nearest.ts';

/** The default namespaces, for first experiments and simple applications. */
export const DEFAULT_NAMESPACES: Readonly<Record<string, Namespace>> = {
  demo: {
    ...CLOSED_NAMESPACE,
    history: 'memory',
    historySize: 100,
    historyTtlMs: 5 * 60_000,
    presence: true,
    joinLeave: true,
    subscribe: 'everyone',
    publish: 'everyone',
    readHistory: 'everyone',
    readPresence: 'everyone',
  },
  log: {
    ...CLOSED_NAMESPACE,
    history: 'durable',
    subscribe: 'users',
    publish: 'users',
    readHistory: 'users',
  },
  // The built-in rooms of Socket.IO clients.
  rooms: {
    ...CLOSED_NAMESPACE,
    history: 'durable',
    presence: true,
    joinLeave: true,
    subscribe: 'users',
    publish: 'users',
    readHistory: 'users',
    readPresence: 'users',
  },
};

const HISTORIES = ['none', 'memory', 'durable'] as const;
const TYPES = ['stream', 'map', 'mapClients', 'mapUsers', 'sharedPoll'] as const;
const RECOVERIES = ['stream', 'cache'] as const;
const FORMATS = ['any', 'json', 'jsonObject'] as const;
/** All audiences except `feature`: a namespace of the settings has no feature. */
const AUDIENCES = ['nobody', 'users', 'everyone'] as const;

/** Audiences of current subscribers. */
const READERS = [...AUDIENCES, 'subscribers', 'subscribedUsers'] as const;

/** Audiences decided by a developer's own backend. */
const SUBSCRIBERS = [...AUDIENCES, 'backend'] as const;
const PUBLISHERS = [...READERS, 'backend'] as const;

const oneOf = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, `must be one of ${words.join(', ')}`);
const yesOrNo = z.boolean('must be true or false');
const bound = z.int('must be a whole number, 0 for no bound').min(0, 'must be 0 (no bound) or more');

const pollUrl = z
  .string('must be an http(s) address, or empty')
  .refine(
    (url) => url === '' || /^https?:$/.test(URL.parse(url)?.protocol ?? ''),
    'must be an http(s) address, or empty',
  );
const interval = z.int('must be a whole number').min(50, 'must be 50 or more');
const tagName = z.string('must be the name of a tag').min(1, 'must be the name of a tag');
const mapName = z.string('must be the name of a namespace, or "" for none');

/** The fields of a namespace in the settings, with a description of each. */
export const NAMESPACE_FIELDS = {
  type: {
    schema: oneOf(TYPES),
    doc: 'what its channels are: `stream`, logs of publications; `map`, maps of entries by key; `mapClients`, `mapUsers`, maps in which the server shows who is in other channels; `sharedPoll`, items that the server polls from your backend for all who track them',
  },
  history: {
    schema: oneOf(HISTORIES),
    doc: 'where publications are kept: `none`, `memory` (of this process), `durable`; with `durable` the entries of a `map` are kept, too, whatever its history lets go of',
  },
  historySize: { schema: bound, doc: 'publications kept a channel; 0: no bound' },
  historyTtlMs: { schema: bound, doc: 'how long they are kept, in milliseconds; 0: no bound' },
  presence: { schema: yesOrNo, doc: 'whether who is subscribed can be read' },
  joinLeave: { schema: yesOrNo, doc: 'whether subscribers that ask for it are told who comes and goes' },
  forceJoinLeave: {
    schema: yesOrNo,
    doc: 'whether subscribers are told who comes and goes although they did not ask for it',
  },
  forceRecovery: {
    schema: yesOrNo,
    doc: 'whether Centrifuge clients recover, where history is kept, although they did not ask for it',
  },
  forcePositioning: {
    schema: yesOrNo,
    doc: 'whether those that do not recover are told their position although they did not ask for it',
  },
  recovery: {
    schema: oneOf(RECOVERIES),
    doc: 'what a client that comes back is given: `stream`, all that it missed; `cache`, the newest publication alone',
  },
  autoRecover: {
    schema: yesOrNo,
    doc: 'with `recovery: "cache"`: whether every subscription begins with the newest publication, the first one included',
  },
  userChannels: {
    schema: yesOrNo,
    doc: 'whether a channel with `#` in its name (`userBoundary`) is open to the users of tokens that it names behind that (`news:#ann`, `news:talk#ann,ben`), whatever `subscribe` says, and closed to everybody else',
  },
  dataFormat: {
    schema: oneOf(FORMATS),
    doc: 'what the data of a publication must be, whoever publishes (else error 107): `any`, JSON or bytes; `json`; `jsonObject`',
  },
  delta: {
    schema: yesOrNo,
    doc: 'whether subscribers may take publications as differences (Fossil), which saves bytes',
  },
  tagFilter: { schema: yesOrNo, doc: 'whether subscribers may ask for publications with certain tags only' },
  compact: {
    schema: yesOrNo,
    doc: "whether subscribers may take a number in the place of the channel's name (the JSON protocol)",
  },
  dataBytes: {
    schema: bound,
    doc: 'most bytes of the data of a publication, whoever publishes (else error 413); 0: no bound besides that of frames and requests',
  },
  conflate: {
    schema: yesOrNo,
    doc: 'whether a subscriber that is behind is given the newest publication of each key alone, instead of being closed as too slow',
  },
  conflateTag: {
    schema: tagName,
    doc: 'the tag of a publication that holds its key, where the channel is no map; publications without it are all of one key',
  },
  mapTtlMs: {
    schema: bound,
    doc: 'how long an entry of a map stays unless it is set again, in milliseconds; 0: until removed',
  },
  mapSize: { schema: bound, doc: 'entries a map; 0: no bound' },
  mapClientKey: {
    schema: yesOrNo,
    doc: "whether a client's publications set the entry of its own id, whatever key they name",
  },
  mapUserKey: {
    schema: yesOrNo,
    doc: 'the same with the id of its user, so that all connections of a user set one entry; nobody may publish without one',
  },
  mapClearsClient: {
    schema: yesOrNo,
    doc: 'whether the entry whose key is a client’s id is removed when the client leaves the channel',
  },
  mapDebounceMs: {
    schema: bound,
    doc: 'how long clients gather what they set of one entry before they send the last of it, in milliseconds; 0: not at all',
  },
  clientsMap: {
    schema: mapName,
    doc: 'the namespace of type `mapClients` in which who is in a channel is shown, as `<it>:<channel>`',
  },
  usersMap: { schema: mapName, doc: 'the same by user, of type `mapUsers`' },
  pollUrl: { schema: pollUrl, doc: 'where the items of a `sharedPoll` are asked for, by POST' },
  pollIntervalMs: { schema: interval, doc: 'how often, in milliseconds' },
  pollKeys: { schema: bound, doc: 'items that one connection may track' },
  pollVersions: {
    schema: yesOrNo,
    doc: 'whether your backend gives versions of its items; else what differs is newer',
  },
  subscribe: { schema: oneOf(SUBSCRIBERS), doc: 'who may subscribe' },
  publish: { schema: oneOf(PUBLISHERS), doc: 'who may publish' },
  readHistory: { schema: oneOf(READERS), doc: 'who may read history (recovery every subscriber may)' },
  readPresence: { schema: oneOf(READERS), doc: 'who may read presence' },
} as const satisfies Record<keyof Namespace, { readonly schema: z.ZodType; readonly doc: string }>;

type Configured = { [K in keyof typeof NAMESPACE_FIELDS]: (typeof NAMESPACE_FIELDS)[K]['schema'] };
const schemas = Object.fromEntries(
  Object.entries(NAMESPACE_FIELDS).map(([field, { schema }]) => [field, schema]),
) as Configured;

function unknownField(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const [field = ''] = issue.keys;
  return `must not have ${JSON.stringify(field)}; did you mean ${nearest(field, Object.keys(NAMESPACE_FIELDS))}?`;
}

/**
 * Namespaces by name, completed: missing fields come from the default namespace of that name, or are off. The default
 * namespaces always exist.
 */
export const namespacesSchema = z
  .record(
    z
      .string()
      .regex(
        /^([A-Za-z0-9][A-Za-z0-9_.-]{0,63})?$/,
        'must be a name of letters, digits, "_", "." and "-", or "" for channels without a colon',
      )
      .refine((name) => !FEATURE_NAMESPACES.has(name), {
        error: ({ input }) => `must be another name, as this one belongs to ${FEATURE_NAMESPACES.get(String(input))}`,
      }),
    z.strictObject(schemas, { error: unknownField }).partial(),
  )
  .transform((configured): Readonly<Record<string, Namespace>> => {
    const completed = Object.entries(configured).map(([name, fields]) => {
      const base = (Object.hasOwn(DEFAULT_NAMESPACES, name) ? DEFAULT_NAMESPACES[name] : undefined) ?? CLOSED_NAMESPACE;
      // zod omits absent fields, so none is undefined here.
      return [name, { ...base, ...(fields as Partial<Namespace>) }];
    });
    return { ...DEFAULT_NAMESPACES, ...Object.fromEntries(completed) };
  });
