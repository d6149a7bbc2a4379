import type { accountsContract, Me } from '../../contracts/accounts/contract.ts';
import { ClientError } from '../../core/errors.ts';
import { traceFields } from '../../core/measures/tracing.ts';
import type { Handlers, OperationContext, UserContext } from '../../core/operations/operation.ts';
import { hashToken, randomText } from '../../core/text/random-text.ts';
import { SIGN_IN_MS, TOKEN_LENGTH } from './cookie.ts';
import { deviceLabel } from './device-label.ts';
import type { NewDevice } from './device-store.ts';
import type { Parts } from './parts.ts';
import { checkPassword, normalisePassword } from './password-policy.ts';
import { profileOf, type User } from './user-store.ts';

type SignInHandlers = Pick<Handlers<typeof accountsContract>, 'signIn' | 'signOut' | 'changePassword'>;

const NEW_TOKEN_ARRIVES_MS = 500;

/** Signing in, signing out, and the password that it takes. */
export function signInHandlers(parts: Parts): SignInHandlers {
  return {
    signIn: async (context, { login, password }) => {
      const { user, passwordHash } = await checkCredential(parts, context, { login: login.toLowerCase(), password });
      const { device, token } = await newDevice(parts, context);
      // The password or the account may have changed while the hash was checked.
      if (!(await parts.devices.add(device, { user: user.id, passwordHash }))) throw wrongCredential();
      await enter(parts, context, { token, user: user.id });
      parts.host.telemetry.record('info', 'account.signed_in', {
        ...{ user: user.id, device: device.id },
        ...traceFields(context.span),
      });
      return meOf(user, device.id);
    },

    signOut: async (context) => {
      const { principal, http } = context;
      await endDevice(parts, principal.user, principal.device);
      if (http !== undefined) http.responseHeaders.append('set-cookie', parts.cookie.clear(http.headers));
      return {};
    },

    changePassword: async (context, input) => {
      const { http } = context;
      const token = await changePassword(parts, context, input);
      http?.responseHeaders.append('set-cookie', parts.cookie.set(token, http.headers));
      return {};
    },
  };
}

/** A device for whoever is about to come in, and the token that only they get to see. */
export async function newDevice(parts: Parts, { address, http }: OperationContext) {
  const token = randomText(TOKEN_LENGTH);
  const now = parts.host.clock.now();
  const device: NewDevice = {
    id: randomText(16),
    token_hash: await hashToken(token),
    label: deviceLabel(http?.headers.get('user-agent') ?? null),
    address: address.slice(0, 60),
    created_at: now,
    last_seen_at: now,
    expires_at: now + SIGN_IN_MS,
  };
  return { device, token };
}

/**
 * Hands the token over in a cookie, and makes the browser one of the person's known ones; who was signed in on it before
 * is signed out of it.
 */
export async function enter(
  parts: Parts,
  { principal, http }: OperationContext,
  { token, user }: { readonly token: string; readonly user: string },
): Promise<void> {
  if (http !== undefined) {
    http.responseHeaders.append('set-cookie', parts.cookie.set(token, http.headers));
    const known = await parts.knownDevices.remember(http.headers, user, parts.host.clock.now());
    http.responseHeaders.append('set-cookie', known);
  }
  if (principal.kind === 'user') await endDevice(parts, principal.user, principal.device);
}

/** Signs the device out and ends its live connections. False when the person has no such device. */
export async function endDevice(parts: Parts, user: string, device: string): Promise<boolean> {
  const removed = await parts.devices.remove(user, device);
  if (removed) cutOff(parts, user, device);
  return removed;
}

export function meOf(user: User, device: string): Me {
  return { ...profileOf(user), email: user.email, device, addedBy: user.added_by };
}

function cutOff({ authentication, host }: Parts, user: string, device: string): void {
  authentication.forget(user, device);
  host.channels.disconnectUser(user, 'forceDisconnect', device);
}

/** Takes the same time and gives the same answer whether the login or the password is wrong. */
async function checkCredential(parts: Parts, context: OperationContext, given: { login: string; password: string }) {
  const { users, limits, hashing, knownDevices, passwords, host } = parts;
  const found = await users.credential(given.login);
  const account = found === undefined ? `login ${given.login}` : `user ${found.user.id}`;
  const device = await knownDevices.find(context.http?.headers, found?.user.id ?? '', host.clock.now());
  const attempt = limits.signIn.take({ account, address: context.address, device });
  const hash = found?.passwordHash ?? passwords.decoy;
  const right = await hashing
    .run(() => passwords.verify(normalisePassword(given.password), hash), device !== undefined)
    .catch((error) => {
      // Turned away before it was looked at, it was no guess.
      attempt.giveBack();
      throw error;
    });
  if (found === undefined || !right) throw wrongCredential();
  attempt.giveBack();
  if (found.user.disabled === 1) throw new ClientError('permissionDenied', { message: 'this account is disabled' });
  return found;
}

function wrongCredential(): ClientError {
  return new ClientError('unauthorized', { message: 'the handle, e-mail or password is wrong' });
}

type PasswordInput = { readonly current: string; readonly next: string };

/** The token with which this device goes on: whoever knew the last one is out, too. */
async function changePassword(
  parts: Parts,
  { principal: { user, device }, span, http }: UserContext,
  { current, next }: PasswordInput,
): Promise<string> {
  const { users, devices, limits, hashing, passwords, host } = parts;
  // By device: whoever has stolen one must not keep the others from changing the password.
  limits.passwordChange.take(device);
  const found = await users.credentialOf(user);
  if (found === undefined) throw new ClientError('unauthorized');
  const from = found.passwordHash;
  if (!(await hashing.run(() => passwords.verify(normalisePassword(current), from), true))) {
    throw new ClientError('invalidInput', { field: 'current', message: 'is not your password' });
  }
  limits.passwordChange.giveBack(device);
  const { handle, display_name: displayName, email } = found.user;
  checkPassword(next, { handle, displayName, email }, 'next');
  const to = await hashing.run(() => passwords.hash(normalisePassword(next)), true);
  const now = host.clock.now();
  const token = randomText(TOKEN_LENGTH);
  const others = await devices.changePassword({ user, device, tokenHash: await hashToken(token), from, to, now });
  if (others === undefined) throw new ClientError('conflict', { message: 'the password was changed meanwhile' });
  await parts.knownDevices.forgetOthers(http?.headers, user);
  parts.authentication.forget(user, device);
  // Connections opened with the last token have to show the new one, once the answer has had time to arrive.
  host.clock.after(NEW_TOKEN_ARRIVES_MS, () => host.channels.disconnectUser(user, 'forceReconnect', device));
  for (const other of others) cutOff(parts, user, other);
  host.telemetry.record('info', 'account.password_changed', { user, devices: others.length, ...traceFields(span) });
  return token;
}
