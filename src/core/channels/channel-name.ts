/** Control characters and lone surrogates: a database or a topic could confuse such names. */
export const UNSAFE = /[\p{Cc}\p{Cs}]/u;

/** Longest channel name, in UTF-16 units. */
export const CHANNEL_LIMIT = 255;
