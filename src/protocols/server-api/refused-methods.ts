const STATUSES = 'keeps no status of users: have your backend keep it';
const TOKENS = 'revokes no tokens: end connections by disconnect, and give tokens a short life';
const PUSHES = 'sends no push notifications';

/**
 * Methods of internal/apiproto/api.proto that are of Centrifugo PRO alone, and why we have none. Centrifugo itself answers
 * 404 to them, and 104 in a batch.
 */
export const REFUSED_METHODS: ReadonlyMap<string, string> = new Map([
  ['connections', 'lists no connections to backends: look into the console'],
  ['update_user_status', STATUSES],
  ['get_user_status', STATUSES],
  ['delete_user_status', STATUSES],
  ['block_user', 'blocks nobody: refuse them where you sign tokens, or in the answer to connect'],
  ['unblock_user', 'blocks nobody: refuse them where you sign tokens, or in the answer to connect'],
  ['revoke_token', TOKENS],
  ['invalidate_user_tokens', TOKENS],
  ['device_register', PUSHES],
  ['device_update', PUSHES],
  ['device_remove', PUSHES],
  ['device_list', PUSHES],
  ['device_topic_list', PUSHES],
  ['device_topic_update', PUSHES],
  ['user_topic_list', PUSHES],
  ['user_topic_update', PUSHES],
  ['send_push_notification', PUSHES],
  ['update_push_status', PUSHES],
  ['cancel_push', PUSHES],
]);
