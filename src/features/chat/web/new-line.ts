/** The position of the new-message divider in an open room. */
export type NewLine = {
  /** Before the first message of others after this offset; null: there is no divider. */
  readonly after: number | null;
  /** The last offset that was on screen while the person looked. */
  readonly seen: number;
};

/** When the room is opened: above the first unread message. `newest` is the offset of the last loaded entry. */
export function startLine(readOffset: number, newest: number): NewLine {
  return { after: newest > readOffset ? readOffset : null, seen: readOffset };
}

/** The person looks at the end of the timeline: reading does not move the divider. */
export function seeUpTo(line: NewLine, newest: number): NewLine {
  return newest > line.seen ? { ...line, seen: newest } : line;
}

/** The person is away, or further up: the divider goes above the first new message, and stays there. */
export function comeUpTo(line: NewLine, newest: number): NewLine {
  const standsThere = line.after !== null && line.after >= line.seen;
  return newest <= line.seen || standsThere ? line : { ...line, after: line.seen };
}

/** Whether everything below the divider was seen, so that it can disappear. */
export function isSeen({ after, seen }: NewLine): boolean {
  return after !== null && seen > after;
}

export function withoutLine(line: NewLine): NewLine {
  return { ...line, after: null };
}
