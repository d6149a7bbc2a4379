import { type AppSettings, WEBHOOK_EVENTS } from '../../contracts/app-settings.ts';
import type { Input } from '../../contracts/operation.ts';
import type { AppInfo, platformContract } from '../../contracts/platform/contract.ts';
import { ClientError } from '../../core/errors.ts';
import { audit } from '../../core/operations/audit.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import { randomText } from '../../core/text/random-text.ts';
import { ConstraintError } from '../../ports/sql.ts';
import { AppStore, type StoredApp } from './app-store.ts';
import type { Parts } from './parts.ts';

type AppHandlers = Pick<
  Handlers<typeof platformContract>,
  'listApps' | 'createApp' | 'updateApp' | 'rotateAppSecret' | 'deleteApp'
>;
type Creation = Input<(typeof platformContract)['createApp']>;

const APP_LIMIT = 1_000;
const KEY_LENGTH = 20;
const SECRET_LENGTH = 32;

/** Apps of the Pusher protocol, created, changed and deleted while the server runs. */
export function appHandlers(parts: Parts): AppHandlers {
  const { host, apps, turns } = parts;
  const store = new AppStore(host.sql);
  return {
    listApps: async () => {
      const stored = await store.list();
      return {
        apps: [
          ...apps.configured.map((settings) => configuredInfo(parts, settings)),
          ...stored.map((app) => infoOf(parts, app)),
        ],
        choices: { namespaces: namespacesOf(parts), webhookEvents: [...WEBHOOK_EVENTS] },
      };
    },

    createApp: (context, creation) =>
      turns.run(async () => {
        const { name, ...given } = creation;
        const settings = completed(given);
        await checkNew(parts, store, settings);
        const made = { settings, name, createdAt: host.clock.now(), createdBy: context.principal.user };
        await add(store, made);
        apps.set(settings);
        audit(parts.host, context, { event: 'app.created', app: settings.id, name, namespace: settings.namespace });
        return { app: infoOf(parts, made), secret: settings.secret };
      }),

    updateApp: (context, { id, name, ...changes }) =>
      turns.run(async () => {
        const before = await changeable(parts, store, id);
        const settings = merged(before.settings, changes);
        const changed = { ...before, settings, name: name ?? before.name };
        await put(parts, store, changed);
        audit(parts.host, context, { event: 'app.changed', app: id, name: changed.name, enabled: settings.enabled });
        return infoOf(parts, changed);
      }),

    rotateAppSecret: (context, { id }) =>
      turns.run(async () => {
        const before = await changeable(parts, store, id);
        const secret = randomText(SECRET_LENGTH);
        const changed = { ...before, settings: { ...before.settings, secret } };
        await put(parts, store, changed);
        audit(parts.host, context, { event: 'app.secret_rotated', app: id });
        return { app: infoOf(parts, changed), secret };
      }),

    deleteApp: (context, { id }) =>
      turns.run(async () => {
        const before = await changeable(parts, store, id);
        // Before it is stored: if storing fails, the caller gets the error and repeats the call.
        if (!isShadowed(parts, before.settings)) apps.remove(id);
        await store.remove(id);
        audit(parts.host, context, { event: 'app.deleted', app: id, name: before.name });
        return {};
      }),
  };
}

/** Serves the apps created before this start. One whose id or key the settings now use is skipped and reported. */
export async function loadApps(parts: Parts): Promise<void> {
  for (const { settings } of await new AppStore(parts.host.sql).list()) {
    if (!isShadowed(parts, settings)) parts.apps.set(settings);
    else parts.host.telemetry.record('warn', 'app.shadowed', { app: settings.id });
  }
}

type Changes = { readonly [Field in keyof AppSettings]?: AppSettings[Field] | undefined };

/** Absent fields stay unchanged. */
function merged(settings: AppSettings, changes: Changes): AppSettings {
  const configured = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...settings, ...(Object.fromEntries(configured) as Partial<AppSettings>) };
}

async function put(parts: Parts, store: AppStore, app: StoredApp): Promise<void> {
  await store.update(app);
  if (!isShadowed(parts, app.settings)) parts.apps.set(app.settings);
}

async function add(store: AppStore, app: StoredApp): Promise<void> {
  try {
    await store.add(app);
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new ClientError('conflict', { field: 'id', message: 'another app has this id or key' });
  }
}

function completed({ id, key, secret, namespace, ...rest }: Omit<Creation, 'name'>): AppSettings {
  return {
    ...rest,
    id: id ?? randomNumber(),
    key: key ?? randomText(KEY_LENGTH),
    secret: secret ?? randomText(SECRET_LENGTH),
    namespace: namespace ?? `app-${randomText(8)}`,
  };
}

async function checkNew(parts: Parts, store: AppStore, settings: AppSettings): Promise<void> {
  if (isShadowed(parts, settings)) {
    throw new ClientError('conflict', { field: 'id', message: 'an app of the settings has this id or key' });
  }
  if (parts.reserved.has(settings.namespace)) {
    throw new ClientError('invalidInput', {
      field: 'namespace',
      message: 'must be another one: this belongs to a feature',
    });
  }
  if ((parts.namespaces[settings.namespace]?.type ?? 'stream') !== 'stream') {
    throw new ClientError('invalidInput', {
      field: 'namespace',
      message: 'must be another one: this has maps or polls',
    });
  }
  if ((await store.list()).length < APP_LIMIT) return;
  throw new ClientError('limitExceeded', { message: `at most ${APP_LIMIT} apps can be created here` });
}

async function changeable({ apps }: Parts, store: AppStore, id: string): Promise<StoredApp> {
  const app = await store.byId(id);
  if (app !== undefined) return app;
  if (apps.configured.some((configured) => configured.id === id)) {
    throw new ClientError('permissionDenied', {
      field: 'id',
      message: 'an app of the settings can only be changed there',
    });
  }
  throw new ClientError('notFound', { field: 'id', message: 'no such app' });
}

/** Whether the settings have an app with its id or key: that one is served. */
function isShadowed({ apps }: Parts, { id, key }: AppSettings): boolean {
  return apps.configured.some((configured) => configured.id === id || configured.key === key);
}

/** Namespaces an app may use: those of the settings, and of other apps. */
function namespacesOf({ namespaces, apps }: Parts): string[] {
  const logs = Object.keys(namespaces).filter((name) => name !== '' && namespaces[name]?.type === 'stream');
  return [...new Set([...logs, ...apps.list().map(({ namespace }) => namespace)])].sort();
}

function configuredInfo(parts: Parts, settings: AppSettings): AppInfo {
  const none = { name: '', shadowed: false, createdAt: null, createdBy: null } as const;
  return { ...shown(settings), ...none, source: 'settings', connections: parts.apps.connectionsOf(settings.id) };
}

function infoOf(parts: Parts, { settings, name, createdAt, createdBy }: StoredApp): AppInfo {
  const shadowed = isShadowed(parts, settings);
  const connections = shadowed ? 0 : parts.apps.connectionsOf(settings.id);
  return { ...shown(settings), source: 'stored', name, shadowed, connections, createdAt, createdBy };
}

function shown({ secret: _, webhooks, ...settings }: AppSettings) {
  return { ...settings, webhooks: [...webhooks] as AppInfo['webhooks'] };
}

/** Some backends treat an id as a number. */
function randomNumber(): string {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return String(1_000_000 + (word % 9_000_000));
}
