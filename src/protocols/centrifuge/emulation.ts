import { DisconnectError } from '../../core/disconnects.ts';
import type { Frame } from '../../core/protocol/protocol.ts';
import { bytesOf, decodeText, readFields, textOf } from './wire-reader.ts';

/** A request of a one-way stream's client: its node and session, and a frame. */
export type EmulationRequest = { readonly node: string; readonly session: string; readonly frame: Frame };

/** `binary`: the body is Protobuf, not JSON. Throws `DisconnectError('badRequest')` for invalid input. */
export function decodeEmulation(body: Uint8Array, binary: boolean): EmulationRequest {
  if (!binary) return decodeJson(decodeText(body));
  const fields = readFields(body);
  return { node: textOf(fields, 1), session: textOf(fields, 2), frame: bytesOf(fields, 3) ?? new Uint8Array() };
}

function decodeJson(text: string): EmulationRequest {
  const { node, session, data } = parseObject(text);
  if (typeof node !== 'string' || typeof session !== 'string' || typeof data !== 'string') throw wrong();
  return { node, session, frame: data };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Handled like input that is not an object.
  }
  throw wrong();
}

function wrong(): DisconnectError {
  return new DisconnectError('badRequest');
}
