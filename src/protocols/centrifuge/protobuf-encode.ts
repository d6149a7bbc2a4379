import { DISCONNECTS, reconnects, UNSUBSCRIBES } from '../../core/disconnects.ts';
import type { ConnectResult, Delta, MapPart, SubscribeResult } from '../../core/protocol/pushes.ts';
import { bytesOfJson } from '../../core/text/binary-data.ts';
import { jsonOf } from '../../core/text/raw-json.ts';
import type { ClientInfo, Publication } from '../../ports/log.ts';
import { createPatch, withBases } from './fossil.ts';
import { CHANNEL_TYPES, STATE_PHASE } from './map-subscribe.ts';
import type { CentrifugePush, CentrifugeReply } from './message-types.ts';
import { WireWriter } from './wire-writer.ts';

/** A length-prefixed reply. Field numbers: https://github.com/centrifugal/protocol (definitions/client.proto) */
export function encodeReply(id: number, reply: CentrifugeReply): Uint8Array {
  return new WireWriter().delimited((writer) => writeReply(writer.uint(1, id), reply)).finish();
}

/** A length-prefixed push. */
export function encodePush(push: CentrifugePush): Uint8Array {
  return new WireWriter().delimited((writer) => writer.message(4, (body) => writePush(body, push))).finish();
}

function writeReply(writer: WireWriter, reply: CentrifugeReply): unknown {
  switch (reply.kind) {
    case 'error': {
      const { code, message, temporary, field } = reply.error;
      const text = field === undefined ? message : `${field}: ${message}`;
      return writer.message(2, (body) => body.uint(1, code).text(2, text).bool(3, temporary));
    }
    case 'connect':
      return writer.message(5, (body) => writeConnect(body, reply.result));
    case 'subscribe':
      return writer.message(6, (body) => writeSubscribe(body, reply.result));
    case 'unsubscribe':
      return writer.message(7, () => undefined);
    case 'publish':
      return writer.message(8, () => undefined);
    case 'presence':
      return writer.message(9, (body) => {
        for (const info of reply.clients) body.entry(1, info.client, (value) => writeInfo(value, info));
      });
    case 'presenceStats':
      return writer.message(10, (body) => body.uint(1, reply.clients).uint(2, reply.users));
    case 'history':
      return writer.message(11, (body) => {
        for (const each of reply.publications) body.message(1, (value) => writePublication(value, each));
        body.text(2, reply.epoch).uint(3, reply.offset);
      });
    case 'rpc':
      return writer.message(13, (body) => body.bytes(1, bytesOfJson(jsonOf(reply.data))));
    case 'refresh':
      return writer.message(14, (body) => body.bool(3, reply.ttl !== undefined).uint(4, reply.ttl ?? 0));
    case 'track':
      return writer.message(15, (body) => {
        body.bool(1, reply.ttl !== undefined).uint(2, reply.ttl ?? 0);
        for (const each of reply.items) body.message(3, (value) => writePublication(value, each));
      });
    case 'subRefresh':
      return writer.message(15, (body) => body.bool(1, reply.ttl !== undefined).uint(2, reply.ttl ?? 0));
    default:
      return reply satisfies never;
  }
}

function writePush(writer: WireWriter, push: CentrifugePush): unknown {
  switch (push.kind) {
    case 'publication':
      return writer.text(2, push.channel).message(4, (body) => writePublication(body, push.publication, push.delta));
    case 'join':
    case 'leave':
      return writer
        .text(2, push.channel)
        .message(push.kind === 'join' ? 5 : 6, (body) => body.message(1, (info) => writeInfo(info, push.info)));
    case 'subscribe': {
      const { recoverable, positioned, epoch, offset } = push.result;
      return writer.text(2, push.channel).message(9, (body) => {
        if (recoverable || positioned) body.bool(1, recoverable).text(4, epoch).uint(5, offset).bool(6, true);
        if (push.data !== undefined) body.bytes(7, bytesOfJson(push.data));
      });
    }
    case 'unsubscribe': {
      const { code, reason } = UNSUBSCRIBES[push.reason];
      return writer.text(2, push.channel).message(7, (body) => body.uint(2, code).text(3, reason));
    }
    case 'disconnect': {
      const { code, reason } = push.ending ?? DISCONNECTS[push.reason];
      return writer.message(11, (body) => body.uint(1, code).text(2, reason).bool(3, reconnects(code)));
    }
    default:
      return push satisfies never;
  }
}

function writeConnect(writer: WireWriter, result: ConnectResult): void {
  writer
    .text(1, result.client)
    .text(2, result.version)
    .bool(3, result.ttl !== undefined)
    .uint(4, result.ttl ?? 0);
  if (result.data !== undefined) writer.bytes(5, bytesOfJson(result.data));
  for (const [channel, subscription] of result.subscriptions) {
    writer.entry(6, channel, (body) => writeSubscribe(body, subscription));
  }
  writer
    .uint(7, result.pingSeconds)
    .bool(8, true)
    .text(9, result.session ?? '')
    .text(10, result.node)
    .uint(11, result.time);
}

function writeSubscribe(writer: WireWriter, result: SubscribeResult): void {
  const { ttl, recoverable, publications, delta } = result;
  const hasPlace = recoverable || result.positioned === true;
  writer.bool(1, ttl !== undefined).uint(2, ttl ?? 0);
  if (hasPlace) writer.bool(3, recoverable).text(6, result.epoch);
  else writer.text(6, result.pollEpoch ?? '');
  for (const [each, base] of withBases(publications)) {
    writer.message(7, (body) => writePublication(body, each, delta ? { base } : undefined));
  }
  writer.bool(8, result.recovered);
  if (hasPlace) writer.uint(9, result.offset).bool(10, true);
  if (result.data !== undefined) writer.bytes(11, bytesOfJson(result.data));
  writer.bool(12, result.wasRecovering).bool(13, delta === true);
  if (result.map !== undefined) writePart(writer, result.map);
}

function writePart(writer: WireWriter, { type, cursor, state, debounceMs }: MapPart): void {
  writer.uint(15, CHANNEL_TYPES.indexOf(type));
  if (cursor !== '') writer.uint(16, STATE_PHASE).text(17, cursor);
  for (const each of state) writer.message(18, (body) => writePublication(body, each));
  writer.uint(19, debounceMs);
}

function writePublication(writer: WireWriter, publication: Publication, delta?: Delta): void {
  const { data, info, offset, tags, entry, version } = publication;
  const target = bytesOfJson(data);
  const base = delta?.base;
  const patch = base && createPatch({ source: bytesOfJson(base.data), target, text: false });
  writer.bytes(4, patch ?? target);
  if (info !== undefined) writer.message(5, (body) => writeInfo(body, info));
  writer.uint(6, offset);
  for (const [key, value] of Object.entries(tags ?? {})) writer.message(7, (body) => body.text(1, key).text(2, value));
  writer.bool(8, patch !== undefined);
  if (entry !== undefined) writer.text(11, entry.key).bool(12, entry.removed === true);
  writer.uint(16, version ?? 0);
}

function writeInfo(writer: WireWriter, { user, client, connInfo, chanInfo }: ClientInfo): void {
  writer.text(1, user).text(2, client);
  if (connInfo !== undefined) writer.bytes(3, bytesOfJson(connInfo));
  if (chanInfo !== undefined) writer.bytes(4, bytesOfJson(chanInfo));
}
