import type { z } from 'zod';
import type { accountsContract, Me } from '../src/contracts/accounts/contract.ts';
import type { OnlineEvent, PeopleEvent } from '../src/contracts/accounts/events.ts';
import type { chatContract, RoomSummary } from '../src/contracts/chat/contract.ts';
import type { LiveEvent, RoomEvent, UserRoomEvent } from '../src/contracts/chat/events.ts';
import type { consoleContract } from '../src/contracts/console/contract.ts';
import type { MetricsSample } from '../src/contracts/console/events.ts';
import type { platformContract } from '../src/contracts/platform/contract.ts';

// Types only: neither the schemas nor zod end up in a bundle.
type ValueOf<T> = T[keyof T];
type AnyOperation =
  | ValueOf<typeof accountsContract>
  | ValueOf<typeof chatContract>
  | ValueOf<typeof consoleContract>
  | ValueOf<typeof platformContract>;
type OperationCalled<Name> = Extract<AnyOperation, { readonly name: Name }>;

/** `chat.send`, `accounts.me`, …: everything that can be called. */
export type OperationName = AnyOperation['name'];

/** What an operation takes; fields with a default may be left out. */
export type Input<Name extends OperationName> = z.input<OperationCalled<Name>['input']>;

/** What an operation answers. */
export type Output<Name extends OperationName> = z.output<OperationCalled<Name>['output']>;

/** The routes that take a file: what their query says, and what they answer. */
export type Uploads = {
  readonly 'accounts.avatar': { readonly query: Readonly<Record<string, never>>; readonly output: Me };
  readonly 'chat.avatar': { readonly query: { readonly room: string }; readonly output: RoomSummary };
};

/** What is published in a channel of this name or prefix; `unknown` where no feature says. */
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
