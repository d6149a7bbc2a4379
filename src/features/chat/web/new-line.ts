/** Where the line above what is new stands in an open room. */
export type NewLine = {
  /** Before the first message of others after this offset; null: there is no line. */
  readonly after: number | null;
  /** Everything up to here has been at the end of the screen while the person looked. */
  readonly seen: number;
};

/** When the room is opened: above what has not been read. `newest` is the offset of the last entry that is here. */
export function startLine(readOffset: number, newest: number): NewLine {
  return { after: newest > readOffset ? readOffset : null, seen: readOffset };
}

/** The person looks at the end of the timeline: reading on does not move the line. */
export function seeUpTo(line: NewLine, newest: number): NewLine {
  return newest > line.seen ? { ...line, seen: newest } : line;
}

/** The person is away, or further up: the line goes above the first of what comes, and stays there. */
export function comeUpTo(line: NewLine, newest: number): NewLine {
  const standsThere = line.after !== null && line.after >= line.seen;
  return newest <= line.seen || standsThere ? line : { ...line, after: line.seen };
}

/** Whether what is below the line has been seen, so that it can go in a while. */
export function isSeen({ after, seen }: NewLine): boolean {
  return after !== null && seen > after;
}

export function withoutLine(line: NewLine): NewLine {
  return { ...line, after: null };
}
