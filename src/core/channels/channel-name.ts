/** Control characters and halves of surrogate pairs: a database or a topic would make one channel of two. */
export const UNSAFE = /[\p{Cc}\p{Cs}]/u;

/** Longest channel name, in UTF-16 units. */
export const CHANNEL_LIMIT = 255;
