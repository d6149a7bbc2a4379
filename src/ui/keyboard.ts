import type { KeyboardEvent } from 'react';

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
/** As it is written on this machine's keyboard. */
export const COMMAND_KEY = IS_MAC ? '⌘' : 'Ctrl';

/** Whether the key belongs to an input method, as the Enter that takes a suggestion does. */
export function isComposing({ nativeEvent, keyCode }: KeyboardEvent): boolean {
  // 229: some browsers tell of an input method only so.
  return nativeEvent.isComposing || keyCode === 229;
}
