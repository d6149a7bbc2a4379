import type { Frame } from '../../core/protocol/protocol.ts';
import type { ClientInfo, Publication } from '../../ports/log.ts';
import { keyOf } from './cursor.ts';

const quote = JSON.stringify;

/** A publication as sent to a client: one JSON object on one line. */
export function encodePublication(channel: string, { data, info, offset, tags }: Publication): string {
  const place = offset === 0 ? '' : `,"offset":${offset}`;
  const from = info === undefined ? '' : `,"info":${encodeInfo(info)}`;
  const labels = tags === undefined ? '' : `,"tags":${quote(tags)}`;
  return `{"channel":${quote(channel)}${place},"data":${onOneLine(data)}${from}${labels}}`;
}

/** The publisher; one that used a single request has no client id. */
export function encodeInfo({ user, client, connInfo, chanInfo }: ClientInfo): string {
  const id = client === '' ? '' : `,"client":${quote(client)}`;
  const connection = connInfo === undefined ? '' : `,"connInfo":${onOneLine(connInfo)}`;
  const channel = chanInfo === undefined ? '' : `,"chanInfo":${onOneLine(chanInfo)}`;
  return `{"user":${quote(user)}${id}${connection}${channel}}`;
}

/** Several in a row. */
export function encodePublications(channel: string, publications: readonly Publication[]): string {
  return publications.map((publication) => encodePublication(channel, publication)).join();
}

/** A publication encoded once for all subscribers: each prefixes its own cursor. */
export function encodePlaced(channel: string, publication: Publication): string {
  return `@${keyOf(channel)} ${publication.offset}\n${encodePublication(channel, publication)}`;
}

export type Placed = { readonly key: string; readonly offset: number; readonly json: string };

/** Separates publications in one frame: neither JSON nor a channel name can contain it. */
const BETWEEN = '\0';

/** Joins frames of one channel, each from `encodePlaced`. */
export function joinPlaced(frames: readonly Frame[]): Frame {
  return frames.join(BETWEEN);
}

/**
 * Reads what `encodePlaced` has written, joined or not; undefined for anything else. All subscribers get the same frame
 * in succession, so the last one is cached.
 */
export function readPlaced(frame: string): readonly Placed[] | undefined {
  if (!frame.startsWith('@')) return undefined;
  if (lastRead?.frame !== frame) lastRead = { frame, placed: frame.split(BETWEEN).map(parsePlaced) };
  return lastRead.placed;
}

let lastRead: { readonly frame: string; readonly placed: readonly Placed[] } | undefined;

function parsePlaced(frame: string): Placed {
  const space = frame.indexOf(' ');
  const end = frame.indexOf('\n');
  return { key: frame.slice(1, space), offset: Number(frame.slice(space + 1, end)), json: frame.slice(end + 1) };
}

/** In JSON a line break only occurs between tokens; a carriage return, too, ends a line of an event stream. */
function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replaceAll(/[\r\n]+/g, ' ') : json;
}
