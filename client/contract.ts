import type { z } from 'zod';
import type { accountsContract, Me } from '../src/contracts/accounts/contract.ts';
import type { OnlineEvent, PeopleEvent } from '../src/contracts/accounts/events.ts';
import type { chatContract, RoomSummary } from '../src/contracts/chat/contract.ts';
import type { LiveEvent, RoomEvent, UserRoomEvent } from '../src/contracts/chat/events.ts';
import type { consoleContract } from '../src/contracts/console/contract.ts';
import type { MetricsSample } from '../src/contracts/console/events.ts';
import type { platformContract } from '../src/contracts/platform/contract.ts';

// Types only: neither the schemas nor zod are bundled.
type ValueOf<T> = T[keyof T];
type AnyOperation =
  | ValueOf<typeof accountsContract>
  | ValueOf<typeof chatContract>
  | ValueOf<typeof consoleContract>
  | ValueOf<typeof platformContract>;
type OperationCalled<Name> = Extract<AnyOperation, { readonly name: Name }>;

/** `chat.send`, `accounts.me`, …: all operations. */
export type OperationName = AnyOperation['name'];

/** An operation's input; fields with a default are optional. */
export type Input<Name extends OperationName> = z.input<OperationCalled<Name>['input']>;

/** An operation's output. */
export type Output<Name extends OperationName> = z.output<OperationCalled<Name>['output']>;

/** The routes for files: their query and their output. */
export type Uploads = {
  readonly 'accounts.avatar': { readonly query: Readonly<Record<string, never>>; readonly output: Me };
  readonly 'chat.avatar': { readonly query: { readonly room: string }; readonly output: RoomSummary };
};

/** The publications of a channel with this name or prefix; `unknown` if no feature declares it. */
export type ChannelData<Channel extends string> = Channel extends `room:${string}`
  ? RoomEvent
  : Channel extends `live:${string}`
    ? LiveEvent
    : Channel extends `user:${string}`
      ? UserRoomEvent
      : Channel extends `people:${string}`
        ? PeopleEvent
        : Channel extends `online:${string}`
          ? OnlineEvent
          : Channel extends `console:${string}`
            ? MetricsSample
            : unknown;
