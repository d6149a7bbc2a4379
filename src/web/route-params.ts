/** What the parts of addresses can be; the server decides whether they lead anywhere. */
export const isRoom = (text: string): boolean => text.length >= 1 && text.length <= 40;
export const isInvite = (text: string): boolean => text.length >= 8 && text.length <= 64;

/** Where a message is in its room, if it can be a place. */
export function readOffset(text: string): number | undefined {
  const offset = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(offset) ? offset : undefined;
}
