/** Whether the texts are the same; takes as long for a wrong one as for the right one. */
export function isSame(given: string, right: string): boolean {
  let difference = given.length ^ right.length;
  for (let at = 0; at < right.length; at += 1)
    difference |= right.charCodeAt(at) ^ given.charCodeAt(at % Math.max(1, given.length));
  return difference === 0;
}
