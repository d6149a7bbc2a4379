/** Maximum characters of a message's text. */
export const MESSAGE_LIMIT = 8_000;
/** Characters of a message shown in lists and replies. */
export const PREVIEW_LENGTH = 200;
/** Maximum different emoji on one message, and reactions in total. */
export const EMOJI_LIMIT = 20;
export const REACTION_LIMIT = 500;
/** Unread counts stop here. */
export const UNREAD_LIMIT = 100;
/** Counted within this many of a room's newest messages: a person who wrote most of them scans no more. */
export const UNREAD_WINDOW = 1_000;
/** Larger rooms have no read receipts. */
export const RECEIPTS_LIMIT = 200;
/** Maximum valid invitations per group. */
export const INVITE_LIMIT = 100;
