import type { accountsContract } from '../../contracts/accounts/contract.ts';
import { ClientError } from '../../core/errors.ts';
import type { Handlers } from '../../core/operations/operation.ts';
import type { Parts } from './parts.ts';
import { endDevice } from './sign-in.ts';

type DeviceHandlers = Pick<Handlers<typeof accountsContract>, 'devices' | 'signOutDevice'>;

/** Operations on a person's signed-in devices. */
export function deviceHandlers(parts: Parts): DeviceHandlers {
  return {
    devices: async ({ principal }) => {
      const rows = await parts.devices.ofUser(principal.user, parts.host.clock.now());
      const devices = rows.map(({ id, label, address, created_at, last_seen_at }) => {
        return {
          id,
          current: id === principal.device,
          label,
          address,
          createdAt: created_at,
          lastSeenAt: last_seen_at,
        };
      });
      return { devices };
    },

    signOutDevice: async ({ principal }, { device }) => {
      const ended = await endDevice(parts, principal.user, device);
      if (!ended) throw new ClientError('notFound', { field: 'device', message: 'you have no such device' });
      return {};
    },
  };
}
