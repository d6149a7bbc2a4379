import type { TFunction } from 'i18next';
import { showToast } from './toast.tsx';

/** Copies a text to the clipboard, and shows whether it worked; `quietly`: only if it did. */
export async function copyAndTell(text: string, t: TFunction, quietly = false): Promise<void> {
  if (await copyText(text)) showToast(t('ui.copied'));
  else if (!quietly) showToast(t('ui.copyFailed'), 'error');
}

/** Copies a text to the clipboard. True on success. */
async function copyText(text: string): Promise<boolean> {
  try {
    // Pages over plain HTTP have no clipboard.
    if (navigator.clipboard !== undefined) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused, or the page is not focused: the older way may still work.
  }
  return copyBySelection(text);
}

/** The older way, which copies the selection. It keeps the focus: a dialog would take it back. */
function copyBySelection(text: string): boolean {
  const carrier = document.createElement('span');
  carrier.textContent = text;
  carrier.style.cssText = 'position: fixed; top: 0; opacity: 0; white-space: pre; user-select: text';
  document.body.append(carrier);
  let isTaken = false;
  // A focused field would be copied instead.
  const give = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    isTaken = event.clipboardData !== null;
  };
  document.addEventListener('copy', give, { capture: true, once: true });
  getSelection()?.selectAllChildren(carrier);
  const isDone = document.execCommand('copy') && isTaken;
  getSelection()?.removeAllRanges();
  document.removeEventListener('copy', give, { capture: true });
  carrier.remove();
  return isDone;
}
