import type { ApiKeyInfo, platformContract } from '../../contracts/platform/contract.ts';
import { type ConfiguredKey, configuredId } from '../../core/access/api-keys.ts';
import { ClientError } from '../../core/errors.ts';
import { audit } from '../../core/operations/audit.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import { hashToken, randomText } from '../../core/text/random-text.ts';
import { type ApiKeyRow, ApiKeyStore } from './api-key-store.ts';
import type { Parts } from './parts.ts';

type ApiKeyHandlers = Pick<
  Handlers<typeof platformContract>,
  'listApiKeys' | 'createApiKey' | 'updateApiKey' | 'revokeApiKey'
>;
type Scope = { readonly methods?: readonly string[] | null; readonly namespaces?: readonly string[] | null };

/** The maximum number of active keys. */
const KEY_LIMIT = 1_000;
/** How long revoked keys are listed, in ms. */
const SHOWN_MS = 30 * 24 * 60 * 60 * 1_000;
/** The prefix identifies a leaked key. */
const PREFIX = 'banyan_';
const KEY_LENGTH = 40;
const HINT_LENGTH = PREFIX.length + 3;

/** Keys of the server API, created and revoked while the server runs. */
export function apiKeyHandlers(parts: Parts): ApiKeyHandlers {
  const { host, apiKeys, turns } = parts;
  const store = new ApiKeyStore(host.sql);
  return {
    listApiKeys: async () => ({
      keys: [...apiKeys.configured.map(configuredInfo), ...(await store.list()).map(infoOf)],
      choices: { methods: [...parts.methods], namespaces: namespacesOf(parts) },
    }),

    createApiKey: (context, { name, methods, namespaces }) =>
      turns.run(async () => {
        checkScope(parts, { methods, namespaces });
        const now = host.clock.now();
        if ((await store.list()).filter(({ revoked_at: at }) => at === null).length >= KEY_LIMIT) {
          throw new ClientError('limitExceeded', { message: `there are at most ${KEY_LIMIT} keys` });
        }
        const secret = `${PREFIX}${randomText(KEY_LENGTH)}`;
        const row = {
          ...{ id: randomText(12), hash: await hashToken(secret), hint: secret.slice(0, HINT_LENGTH), name },
          ...{ methods: toText(methods), namespaces: toText(namespaces), revoked_at: null },
          ...{ created_at: now, created_by: context.principal.user },
        };
        await store.add(row, now - SHOWN_MS);
        open(parts, row);
        audit(parts.host, context, { event: 'api_key.created', key: row.id, name });
        return { key: infoOf(row), secret };
      }),

    updateApiKey: (context, { id, name, methods, namespaces }) =>
      turns.run(async () => {
        const row = await changeable(parts, store, id);
        if (row.revoked_at !== null) throw new ClientError('gone', { field: 'id', message: 'this key is revoked' });
        checkScope(parts, { ...(methods && { methods }), ...(namespaces && { namespaces }) });
        const changes = {
          name: name ?? row.name,
          methods: methods === undefined ? row.methods : toText(methods),
          namespaces: namespaces === undefined ? row.namespaces : toText(namespaces),
        };
        await store.update(id, changes);
        open(parts, { ...row, ...changes });
        audit(parts.host, context, { event: 'api_key.changed', key: id, name: changes.name });
        return infoOf({ ...row, ...changes });
      }),

    revokeApiKey: (context, { id }) =>
      turns.run(async () => {
        const row = await changeable(parts, store, id);
        const now = row.revoked_at ?? host.clock.now();
        // Before it is stored: if storing fails, the caller gets the error and repeats the call.
        apiKeys.revoke(id);
        await store.revoke(id, now);
        audit(parts.host, context, { event: 'api_key.revoked', key: id, name: row.name });
        return infoOf({ ...row, revoked_at: now });
      }),
  };
}

/** Activates the keys created before this start. */
export async function loadApiKeys(parts: Parts): Promise<void> {
  for (const row of await new ApiKeyStore(parts.host.sql).list()) if (row.revoked_at === null) open(parts, row);
}

function open({ apiKeys }: Parts, { id, hash, methods, namespaces }: ApiKeyRow): void {
  apiKeys.set({ id, hash, methods: toList(methods) ?? undefined, namespaces: toList(namespaces) ?? undefined });
}

async function changeable({ apiKeys }: Parts, store: ApiKeyStore, id: string): Promise<ApiKeyRow> {
  if (apiKeys.configured.some((_key, index) => configuredId(index) === id)) {
    throw new ClientError('permissionDenied', {
      field: 'id',
      message: 'a key of the settings can only be changed there',
    });
  }
  const row = await store.byId(id);
  if (row === undefined) throw new ClientError('notFound', { field: 'id', message: 'no such key' });
  return row;
}

function checkScope({ methods: known, reserved }: Parts, { methods, namespaces }: Scope): void {
  const strange = methods?.find((method) => !known.includes(method));
  if (strange !== undefined) {
    throw new ClientError('invalidInput', {
      field: 'methods',
      message: `${strange} is not a method of the server API`,
    });
  }
  const taken = namespaces?.find((namespace) => reserved.has(namespace));
  if (taken === undefined) return;
  throw new ClientError('invalidInput', {
    field: 'namespaces',
    message: `${taken} belongs to a feature: keys cannot open it`,
  });
}

/** Namespaces a key may be limited to: those of the settings, and of apps. */
function namespacesOf({ namespaces, apps }: Parts): string[] {
  return [...new Set([...Object.keys(namespaces), ...apps.list().map(({ namespace }) => namespace)])].sort();
}

function configuredInfo({ name, methods, namespaces, revoked }: ConfiguredKey, index: number): ApiKeyInfo {
  return {
    ...{ id: configuredId(index), name: name ?? '', source: 'settings', hint: '' },
    ...{ methods: methods === undefined ? null : [...methods] },
    ...{ namespaces: namespaces === undefined ? null : [...namespaces] },
    ...{ revoked: revoked === true, createdAt: null, createdBy: null },
  };
}

function infoOf({ id, name, hint, methods, namespaces, ...row }: ApiKeyRow): ApiKeyInfo {
  return {
    ...{ id, name, source: 'stored', hint, methods: toList(methods), namespaces: toList(namespaces) },
    ...{ revoked: row.revoked_at !== null, createdAt: row.created_at, createdBy: row.created_by },
  };
}

function toText(list: readonly string[] | null): string | null {
  return list === null ? null : JSON.stringify(list);
}

function toList(text: string | null): string[] | null {
  return text === null ? null : (JSON.parse(text) as string[]);
}
