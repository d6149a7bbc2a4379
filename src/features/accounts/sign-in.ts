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

const NEW_TOKEN_DELAY_MS = 500;

/** Sign-in, sign-out, and password changes. */
export function signInHandlers(parts: Parts): SignInHandlers {
  return {
    signIn: async (context, { login, password }) => {
      const { user, passwordHash } = await checkCredential(parts, context, { login: login.toLowerCase(), password });
      const { device, token } = await newDevice(parts, context);
      // The password or the account may have changed during the hash check.
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

/** A new device and its token, which only the device gets to see. */
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

/** Sets the token cookie and remembers the browser as known; a person signed in on it before is signed out. */
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

/** Signs the device out and closes its live connections. False if the person has no such device. */
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

/** Takes the same time and returns the same error whether the login or the password is wrong. */
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
      // Rejected before the check, so it does not count as an attempt.
      attempt.giveBack();
      throw error;
    });
  if (found === undefined || !right) throw wrongCredential();
  attempt.giveBack();
  if (found.user.disabled === 1) throw new ClientError('permissionDenied', { message: 'this account is disabled' });
  return found;
}

function wrongCredential(): ClientError {
  return new ClientError('unauthorized', { message: 'handle, email or password is wrong' });
}

type PasswordInput = { readonly current: string; readonly next: string };

/** The device's new token: copies of the old one stop working. */
async function changePassword(
  parts: Parts,
  { principal: { user, device }, span, http }: UserContext,
  { current, next }: PasswordInput,
): Promise<string> {
  const { users, devices, limits, hashing, passwords, host } = parts;
  // Per device: a stolen one must not keep the others from changing the password.
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
  // Connections opened with the old token have to reconnect with the new one, once the response has had time to arrive.
  host.clock.after(NEW_TOKEN_DELAY_MS, () => host.channels.disconnectUser(user, 'forceReconnect', device));
  for (const other of others) cutOff(parts, user, other);
  host.telemetry.record('info', 'account.password_changed', { user, devices: others.length, ...traceFields(span) });
  return token;
}
