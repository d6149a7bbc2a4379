/** Whether the texts are equal, in constant time. */
export function isSame(given: string, right: string): boolean {
  let difference = given.length ^ right.length;
  for (let at = 0; at < right.length; at += 1)
    difference |= right.charCodeAt(at) ^ given.charCodeAt(at % Math.max(1, given.length));
  return difference === 0;
}
