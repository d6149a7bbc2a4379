import type { Span } from '../../ports/traces.ts';
import { refreshedBy } from '../access/old-tokens.ts';
import { type Principal, userOf } from '../access/principal.ts';
import type { SignedIn } from '../access/tokens.ts';
import { areOther, vouchedChannels } from '../access/vouched-channels.ts';
import { DisconnectError } from '../disconnects.ts';
import { ClientError } from '../errors.ts';
import type { RateHolder } from '../limits/allowances.ts';
import { bytesOfReply } from '../limits/work-bytes.ts';
import { beginCommand, endFailed } from '../measures/tracing.ts';
import type { Reply } from '../protocol/pushes.ts';
import { type ChannelTurns, effectOf, type Request, type Turn } from './channel-turns.ts';
import { explain } from './command-failure.ts';
import type { NodeCommand, SessionHost } from './session-host.ts';
import type { SessionIdentity } from './session-identity.ts';
import type { Subscriber } from './subscriber.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Shared: creating one costs as much as the rest of the refusal, and a frame may cause a thousand. */
const BUSY = new ClientError('tooManyRequests');

/** The session whose requests they are. */
interface Requester extends Subscriber, RateHolder {
  readonly isClosed: boolean;
  readonly lastSeen: number;
  readonly subscriptions: Subscriptions;
}

type RequestsParts<Session> = {
  readonly node: SessionHost<Session>;
  readonly session: Session;
  readonly identity: SessionIdentity;
  readonly turns: ChannelTurns;
  readonly reply: (id: number, reply: Reply) => void;
  readonly closeFor: (error: unknown) => void;
};

/** The commands of one connected client that get an answer: run in the order of their channel, and answered. */
export class Requests<Session extends Requester> {
  readonly #node: SessionHost<Session>;
  readonly #session: Session;
  readonly #parts: RequestsParts<Session>;
  /** Channels of its token. */
  #tokenChannels: ReadonlySet<string> | undefined;
  /** Whether the client asked for no channels of the server. */
  #alone = false;
  /** Without an answer yet. */
  #pending = 0;

  constructor(parts: RequestsParts<Session>) {
    this.#node = parts.node;
    this.#session = parts.session;
    this.#parts = parts;
  }

  /** Whether the client waits for an answer. */
  get arePending(): boolean {
    return this.#pending > 0;
  }

  /** The client has connected, with these channels in its token. */
  connected(tokenChannels: Iterable<string>, alone: boolean): void {
    const channels = new Set(tokenChannels);
    this.#tokenChannels = channels.size === 0 ? undefined : channels;
    this.#alone = alone;
  }

  /** Runs a command and answers it. Throws `DisconnectError('tooManyRequests')` at a client that keeps sending too many. */
  take(command: Request): void {
    if (this.#pending >= this.#node.limits.commandsInFlight) {
      this.#node.telemetry.count('banyan_command_errors_total', { error: 'tooManyRequests' });
      if (!this.#node.allowances.tolerates(this.#session, this.#session.lastSeen)) {
        throw new DisconnectError('tooManyRequests');
      }
      return this.#parts.reply(command.id, { kind: 'error', error: BUSY });
    }
    this.#pending += 1;
    this.#node.commands += 1;
    const span = beginCommand(this.#node.traces, this.#session, command);
    const asked = span === undefined ? command : { ...command, span };
    const effect = effectOf(command);
    if (effect === undefined || !('channel' in command)) this.#carryOut(asked, span);
    else this.#parts.turns.run(command.channel, effect, (turn) => this.#carryOut(asked, span, turn));
  }

  #carryOut(command: Request, span: Span | undefined, turn?: Turn): void {
    this.#run(command, turn).then(
      (reply) => {
        this.#pending -= 1;
        if (reply !== undefined) this.#parts.reply(command.id, reply);
        span?.end();
        turn?.ended();
      },
      (error) => {
        this.#pending -= 1;
        if (error instanceof DisconnectError) this.#parts.closeFor(error);
        else this.#parts.reply(command.id, { kind: 'error', error: explain(this.#node, error, command.kind, span) });
        endFailed(span, error);
        turn?.ended();
      },
    );
  }

  /** Undefined if the client was told already. */
  async #run(command: Request, turn: Turn | undefined): Promise<Reply | undefined> {
    const session = this.#session;
    // It may have waited for its turn until then.
    if (session.isClosed) throw new DisconnectError('connectionClosed');
    const { id } = command;
    switch (command.kind) {
      case 'subscribe':
        return void (await session.subscriptions.add(command.channel, command, (result) =>
          this.#parts.reply(id, { kind: 'subscribe', result }),
        ));
      case 'unsubscribe':
        session.subscriptions.remove(command.channel);
        return { kind: 'unsubscribe' };
      case 'refresh':
        return this.#refresh(command.token);
      case 'signIn':
        return this.#signIn(command.prove);
      case 'subRefresh':
        return { kind: 'subRefresh', ttl: await session.subscriptions.renew(command.channel, command.token) };
      case 'track':
        return { kind: 'track', ...(await session.subscriptions.track(command)) };
      case 'history':
      case 'presence':
        return this.#read(command);
      case 'rpc':
        return this.#node.work.call(session.asker, () => this.#node.run(session, command));
      default:
        return this.#node.run(session, command, turn);
    }
  }

  #read(command: Extract<NodeCommand, { kind: 'history' | 'presence' }>): Promise<Reply> {
    return this.#node.work.read(this.#session.asker, () => this.#node.run(this.#session, command), bytesOfReply);
  }

  async #refresh(token: string): Promise<Reply> {
    const { session, identity, node } = this.#parts;
    const signedIn = await refreshedBy(node.verifyToken(token), session.protocol, 'expired');
    if (userOf(signedIn.principal) !== userOf(session.principal)) throw new DisconnectError('invalidToken');
    identity.renew(signedIn);
    identity.renewable = false;
    this.#checkChannels(signedIn);
    return { kind: 'refresh', ttl: node.ttlOf(session) };
  }

  /** A token with other channels than the last applies from a new connection on; throws to make the client reconnect. */
  #checkChannels(signedIn: SignedIn): void {
    if (this.#alone) return;
    const [before, now] = [this.#tokenChannels ?? [], vouchedChannels(signedIn, this.#node.permissions)];
    this.connected(now.keys(), false);
    if (areOther(before, now, (channel) => this.#session.subscriptions.has(channel))) {
      throw new DisconnectError('insufficientState');
    }
  }

  async #signIn(prove: (principal: Principal) => SignedIn): Promise<Reply> {
    const { session, identity, node } = this.#parts;
    const before = session.principal;
    identity.become(prove(before));
    node.signedIn(session, before);
    return { kind: 'signIn' };
  }
}
