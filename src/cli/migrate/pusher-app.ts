import { WEBHOOK_EVENT_NAMES } from '../../app/pusher-apps-setting.ts';
import { isTree, type Translation, type Tree, textAt, textsAt } from './translation.ts';

const SECRET_LENGTH = 16;

/** An app of another Pusher server, before it is completed. */
export type NamedApp = { readonly id: string; readonly key: string; readonly secret: string };

/** The app's name and secret in our settings; undefined if it is not possible here. */
export function namedApp(
  translation: Translation,
  option: string,
  { id, key, secret }: NamedApp,
): NamedApp | undefined {
  const wrong = [
    ['id', id],
    ['key', key],
  ].find(([, value]) => !/^[A-Za-z0-9_-]{1,64}$/.test(value ?? ''));
  if (wrong === undefined) return { id, key, secret: translation.secret(`${option}.secret`, secret, SECRET_LENGTH) };
  translation.left(option, `its ${wrong[0]} must be 1 to 64 letters, digits, "_" or "-"`);
  return undefined;
}

/** Apps do not share channels: if there are several, each has its own namespace. */
export function withNamespaces<T extends NamedApp>(
  apps: readonly T[],
): readonly (T & { readonly namespace?: string })[] {
  return apps.length < 2 ? apps : apps.map((app, index) => ({ ...app, namespace: `app${index + 1}` }));
}

/** Webhooks by address and event. */
export function webhooksOf(translation: Translation, option: string, given: unknown): readonly Tree[] {
  if (!Array.isArray(given)) return [];
  return given.filter(isTree).flatMap((hook, index) => webhookOf(translation, `${option}.webhooks[${index}]`, hook));
}

function webhookOf(translation: Translation, option: string, hook: Tree): readonly Tree[] {
  const url = textAt(hook, 'url');
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    translation.left(option, 'webhooks go to http(s) addresses alone');
    return [];
  }
  if (hook.filter !== undefined) translation.changed(`${option}.filter`, 'the webhook receives events of all channels');
  if (hook.headers !== undefined) translation.left(`${option}.headers`, 'requests are signed, as Pusher signs them');
  const events = textsAt(hook, 'event_types');
  const known = events.filter((event) => WEBHOOK_EVENT_NAMES.has(event));
  if (known.length < events.length)
    translation.left(`${option}.event_types`, `there are ${[...WEBHOOK_EVENT_NAMES].join(', ')}`);
  if (events.length > 0 && known.length === 0) return [];
  return [{ url, ...(known.length > 0 && { events: known }) }];
}

/** Frames must have room for an event of this size. */
export function frameBytesFor(eventBytes: number): number {
  return Math.min(16_777_216, eventBytes + 16_384);
}
