const STATUSES = 'does not store user status: your backend can store it';
const TOKENS = 'does not revoke tokens: use disconnect, and short-lived tokens';
const PUSHES = 'does not send push notifications';

/**
 * Methods of internal/apiproto/api.proto that only Centrifugo PRO has, and why they are missing here. Centrifugo itself
 * answers 404 to them, and 104 in a batch.
 */
export const REFUSED_METHODS: ReadonlyMap<string, string> = new Map([
  ['connections', 'does not list connections to backends: use the console'],
  ['update_user_status', STATUSES],
  ['get_user_status', STATUSES],
  ['delete_user_status', STATUSES],
  ['block_user', 'does not block users: refuse them where you sign tokens, or in the response to connect'],
  ['unblock_user', 'does not block users: refuse them where you sign tokens, or in the response to connect'],
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
