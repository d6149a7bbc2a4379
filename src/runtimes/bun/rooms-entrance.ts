import type { App } from '../../app/compose.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Caller, Entrance } from './entrance.ts';
import { errorAnswer, methodNotAllowed } from './error-answer.ts';

const PATH = /^\/api\/rooms\/[^/]+\/messages$/;

/** The messages of rooms over HTTP, for the pages that Socket.IO clients may connect from. */
export class RoomsEntrance implements Entrance {
  readonly honoursRetryAfter = true;
  readonly #app: Pick<App, 'socketio' | 'node'>;
  readonly #telemetry: Telemetry;

  constructor(app: Pick<App, 'socketio' | 'node'>, telemetry: Telemetry) {
    this.#app = app;
    this.#telemetry = telemetry;
  }

  takes(pathname: string): boolean {
    return PATH.test(pathname);
  }

  opens(): boolean {
    return false;
  }

  async begin(request: Request, caller: Caller): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed('GET, HEAD, OPTIONS');
    const told = { telemetry: this.#telemetry, span: caller.span };
    return this.#answer(request, caller).catch((error: unknown) => errorAnswer(error, request, told));
  }

  async #answer(request: Request, { principal, address }: Caller): Promise<Response> {
    this.#app.node.spend({ principal, address }, 'other');
    return this.#app.socketio.answerRooms(request, principal);
  }
}
