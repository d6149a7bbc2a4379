import type { Frame } from '../../core/protocol/protocol.ts';
import type { ClientInfo, Publication } from '../../ports/log.ts';
import { keyOf } from './cursor.ts';

const quote = JSON.stringify;

/** A publication as a client gets it: one JSON object on one line. */
export function encodePublication(channel: string, { data, info, offset, tags }: Publication): string {
  const place = offset === 0 ? '' : `,"offset":${offset}`;
  const from = info === undefined ? '' : `,"info":${encodeInfo(info)}`;
  const labels = tags === undefined ? '' : `,"tags":${quote(tags)}`;
  return `{"channel":${quote(channel)}${place},"data":${onOneLine(data)}${from}${labels}}`;
}

/** Who it is; whoever came by a single request has no client id. */
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

/** A publication for everybody who listens: each of them writes it behind a cursor of their own. */
export function encodePlaced(channel: string, publication: Publication): string {
  return `@${keyOf(channel)} ${publication.offset}\n${encodePublication(channel, publication)}`;
}

export type Placed = { readonly key: string; readonly offset: number; readonly json: string };

/** Stands between publications that travel as one frame: neither JSON nor the name of a channel holds it. */
const BETWEEN = '\0';

/** Several frames of one channel, each from `encodePlaced`, as one. */
export function joinPlaced(frames: readonly Frame[]): Frame {
  return frames.join(BETWEEN);
}

/**
 * What `encodePlaced` has written, joined or not, at least one; undefined for anything else. All who listen get the same
 * frame one after the other, so that the last one is remembered.
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

/** In JSON a line break can only stand between tokens; a carriage return ends a line of an event stream, too. */
function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replaceAll(/[\r\n]+/g, ' ') : json;
}
