import type { KeyboardEvent } from 'react';

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
/** As labelled on this machine's keyboard. */
export const COMMAND_KEY = IS_MAC ? '⌘' : 'Ctrl';

/** Whether the key belongs to an input method, like the Enter that accepts a suggestion. */
export function isComposing({ nativeEvent, keyCode }: KeyboardEvent): boolean {
  // 229: some browsers report an input method only this way.
  return nativeEvent.isComposing || keyCode === 229;
}
