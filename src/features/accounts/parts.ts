import { AttemptLimiter, type AttemptRule } from '../../core/limits/attempt-limits.ts';
import { Slots } from '../../core/limits/slots.ts';
import type { FeatureHost } from '../../core/operations/feature.ts';
import type { Passwords } from '../../ports/passwords.ts';
import { Authentication } from './authentication.ts';
import { type CookieSettings, TokenCookie } from './cookie.ts';
import { DeviceStore } from './device-store.ts';
import { InviteStore } from './invite-store.ts';
import { KNOWN_DEVICE_MS, KnownDevices } from './known-devices.ts';
import { LastSeen } from './last-seen.ts';
import { Newcomers } from './newcomers.ts';
import { SIGN_IN_RULES, SignInLimits, type SignInRules } from './sign-in-limits.ts';
import { UserStore } from './user-store.ts';

/** Failed attempts allowed before 429. */
export type AccountsLimits = {
  readonly signIn: SignInRules;
  /** Per device. */
  readonly passwordChange: AttemptRule;
  readonly registerPerAddress: AttemptRule;
  readonly registerPerHandle: AttemptRule;
};

export type AccountsSettings = CookieSettings & {
  /** Who may register: anyone, people with an invitation, or nobody (except the first owner by their link). */
  readonly registration: 'open' | 'invite' | 'closed';
  readonly passwords: Passwords;
  readonly limits?: Partial<AccountsLimits>;
};

const MINUTE_MS = 60_000;
export const DEFAULT_LIMITS: AccountsLimits = {
  signIn: SIGN_IN_RULES,
  passwordChange: { attempts: 10, windowMs: 15 * MINUTE_MS },
  registerPerAddress: { attempts: 30, windowMs: 60 * MINUTE_MS },
  registerPerHandle: { attempts: 10, windowMs: 60 * MINUTE_MS },
};

/**
 * Concurrent password hashes: 19 MiB and most of a core each. One is reserved for known devices and signed-in people.
 */
const HASHES = { running: 2, waiting: 64, reserved: 1 };

/** The dependencies of the operations of accounts. */
export type Parts = ReturnType<typeof createParts>;

export function createParts(host: FeatureHost, settings: AccountsSettings) {
  const { sql, clock } = host;
  const devices = new DeviceStore(sql);
  const users = new UserStore(sql);
  const cookie = new TokenCookie(settings);
  const lastSeen = new LastSeen(host);
  return {
    host,
    registration: settings.registration,
    passwords: settings.passwords,
    devices,
    cookie,
    knownDevices: new KnownDevices(sql, new TokenCookie(settings, { name: 'banyan-known', lastsMs: KNOWN_DEVICE_MS })),
    lastSeen,
    users,
    invites: new InviteStore(sql),
    authentication: new Authentication({ clock, devices, cookie, lastSeen }),
    limits: createLimiters(host, settings),
    hashing: new Slots(HASHES.running, HASHES.waiting, HASHES.reserved),
    newcomers: new Newcomers(host, users),
  };
}

function createLimiters(host: FeatureHost, settings: AccountsSettings) {
  const { clock } = host;
  const rules = { ...DEFAULT_LIMITS, ...settings.limits };
  return {
    signIn: new SignInLimits(host, rules.signIn),
    passwordChange: new AttemptLimiter(clock, rules.passwordChange),
    registerPerAddress: new AttemptLimiter(clock, rules.registerPerAddress),
    registerPerHandle: new AttemptLimiter(clock, rules.registerPerHandle),
  };
}
