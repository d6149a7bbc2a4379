/** Characters of a message's text. */
export const MESSAGE_LIMIT = 8_000;
/** Characters of a message that lists and replies show. */
export const PREVIEW_LENGTH = 200;
/** Different emoji on one message, and reactions on it in all. */
export const EMOJI_LIMIT = 20;
export const REACTION_LIMIT = 500;
/** Unread messages are counted up to here. */
export const UNREAD_LIMIT = 100;
/** They are looked for among so many of a room's newest messages: whoever writes most of them oneself scans no more. */
export const UNREAD_WINDOW = 1_000;
/** Larger rooms do not show who has read. */
export const RECEIPTS_LIMIT = 200;
/** Invitations into one group that work at a time. */
export const INVITE_LIMIT = 100;
