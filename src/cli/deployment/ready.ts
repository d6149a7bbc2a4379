import { networkErrorText } from './network-error.ts';

/** The server at an address, by its readiness response. */
export type Found =
  | {
      readonly kind: 'banyan';
      readonly status: string;
      readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly ms: number }>>;
    }
  /** Another server; `what` describes the response. */
  | { readonly kind: 'other'; readonly what: string }
  | { readonly kind: 'unreachable'; readonly why: string };

const ANSWER_MS = 10_000;

/** Requests `/readyz` to identify the server. */
export async function findOut(url: string): Promise<Found> {
  let response: Response;
  try {
    response = await fetch(`${url}/readyz`, { redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS) });
  } catch (error) {
    return { kind: 'unreachable', why: networkErrorText(error) };
  }
  const text = await response.text().catch(() => '');
  const { status, checks } = readinessOf(text);
  if (status !== undefined) return { kind: 'banyan', status, checks: checks ?? {} };
  return { kind: 'other', what: described(response) };
}

type Readiness = { readonly status?: string; readonly checks?: Extract<Found, { kind: 'banyan' }>['checks'] };

function readinessOf(text: string): Readiness {
  try {
    const answer = JSON.parse(text) as Readiness;
    return /^(starting|ready|degraded|failing|draining)$/.test(answer.status ?? '') ? answer : {};
  } catch {
    return {};
  }
}

function described(response: Response): string {
  const to = response.headers.get('Location');
  if (to !== null) return `GET /readyz is sent on to ${to}`;
  const server = response.headers.get('Server');
  return `GET /readyz is answered with ${response.status}${server === null ? '' : ` by ${server}`}`;
}
