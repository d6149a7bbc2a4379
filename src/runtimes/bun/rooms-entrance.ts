import type { App } from '../../app/compose.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Caller, Entrance } from './entrance.ts';
import { errorAnswer, methodNotAllowed } from './error-answer.ts';

const PATH = /^\/api\/rooms\/[^/]+\/messages$/;

/** The messages of rooms over HTTP, for the same pages that Socket.IO clients may come from. */
export class RoomsEntrance implements Entrance {
  readonly #app: Pick<App, 'socketio'>;
  readonly #telemetry: Telemetry;

  constructor(app: Pick<App, 'socketio'>, telemetry: Telemetry) {
    this.#app = app;
    this.#telemetry = telemetry;
  }

  takes(pathname: string): boolean {
    return PATH.test(pathname);
  }

  async begin(request: Request, { principal }: Caller): Promise<Response> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return methodNotAllowed('GET, HEAD, OPTIONS');
    const answer = this.#app.socketio.answerRooms(request, principal);
    return answer.catch((error: unknown) => errorAnswer(error, request, this.#telemetry));
  }
}
