import { JsonText } from '../../core/text/raw-json.ts';
import type { ClientInfo, Publication } from '../../ports/log.ts';

/** Message `Publication` of internal/apiproto/api.proto. */
export function publicationOf({ data, info, offset, tags }: Publication): unknown {
  return {
    data: new JsonText(data),
    ...(info !== undefined && { info: infoOf(info) }),
    offset,
    ...(tags !== undefined && { tags }),
  };
}

/** Message `MapEntry`. */
export function entryOf({ data, offset, tags, time, entry }: Publication): unknown {
  return {
    key: entry?.key ?? '',
    data: new JsonText(data),
    ...(tags !== undefined && { tags }),
    ...(offset > 0 && { offset }),
    ...(entry?.removed === true && { removed: true }),
    time,
  };
}

/** Message `ClientInfo`. */
export function infoOf({ user, client, connInfo, chanInfo }: ClientInfo): unknown {
  return {
    user,
    client,
    ...(connInfo !== undefined && { conn_info: new JsonText(connInfo) }),
    ...(chanInfo !== undefined && { chan_info: new JsonText(chanInfo) }),
  };
}
