import { createObservable, type Observable } from '../../../../client/listeners.ts';
import type { Message } from '../../../contracts/chat/contract.ts';
import type { Composing } from './composer.tsx';
import type { Draft, Drafts } from './drafts.ts';
import type { Outbox } from './outbox.ts';

export type BoxView = { readonly text: string; readonly composing: Composing };

type BoxParts = {
  readonly drafts: Drafts;
  /** The room's message at the offset; undefined if it cannot be loaded now. */
  readonly find: (offset: number) => Promise<Message | undefined>;
};

/** The box of one room: its text, the message replied to, or the one being edited. Edits are not kept. */
export class DraftBox {
  readonly #room: string;
  readonly #parts: BoxParts;
  readonly #view = createObservable<BoxView>({ text: '', composing: { kind: 'new', replyTo: null } });
  /** The message the draft replies to, also while another one is edited. */
  #replyTo: Message | null = null;

  constructor(room: string, parts: BoxParts) {
    this.#room = room;
    this.#parts = parts;
    this.#showDraft();
  }

  get view(): Observable<BoxView> {
    return this.#view;
  }

  /** Loads the message the kept draft replies to. */
  async restoreReply(): Promise<void> {
    const { replyTo } = this.#draft;
    if (replyTo === null || replyTo === this.#replyTo?.offset) return;
    const message = await this.#parts.find(replyTo);
    if (message === undefined || this.#draft.replyTo !== replyTo) return;
    if (message.recalledAt === null) this.#replyTo = message;
    else this.#keep({ ...this.#draft, replyTo: null });
    const { text, composing } = this.#view.get();
    if (composing.kind === 'new') this.#view.set({ text, composing: { kind: 'new', replyTo: this.#replyTo } });
  }

  setText(text: string): void {
    const { composing } = this.#view.get();
    if (composing.kind === 'new') this.#keep({ ...this.#draft, text });
    this.#view.set({ text, composing });
  }

  reply(message: Message): void {
    this.#replyTo = message;
    this.#keep({ ...this.#draft, replyTo: message.offset });
    this.#showDraft();
  }

  edit(message: Message): void {
    this.#view.set({ text: message.text, composing: { kind: 'edit', message } });
  }

  /** Stops replying or editing; a draft from before an edit is restored. */
  stop(): void {
    if (this.#view.get().composing.kind === 'new') {
      this.#replyTo = null;
      this.#keep({ ...this.#draft, replyTo: null });
    }
    this.#showDraft();
  }

  /**
   * Passes the draft to the outbox. The box is empty at once, so that nothing is sent twice, but the browser keeps the
   * draft until the outbox has it. If the outbox refuses, the draft is restored. True if it was accepted.
   */
  async send(outbox: Promise<Pick<Outbox, 'add'>>): Promise<boolean> {
    const [draft, replyTo] = [this.#draft, this.#replyTo];
    const letGo = this.#parts.drafts.take(this.#room);
    this.#replyTo = null;
    this.#showDraft();
    try {
      await (await outbox).add({ room: this.#room, ...draft });
      letGo();
      return true;
    } catch {
      this.#giveBack(draft, replyTo);
      return false;
    }
  }

  /** Before what was written meanwhile. */
  #giveBack(draft: Draft, replyTo: Message | null): void {
    const since = this.#draft;
    const text = since.text === '' ? draft.text : `${draft.text}\n${since.text}`;
    if (since.replyTo === null) this.#replyTo = replyTo;
    this.#keep({ text, replyTo: since.replyTo ?? draft.replyTo });
    if (this.#view.get().composing.kind === 'new') this.#showDraft();
  }

  get #draft(): Draft {
    return this.#parts.drafts.get(this.#room);
  }

  #keep(draft: Draft): void {
    this.#parts.drafts.set(this.#room, draft);
  }

  #showDraft(): void {
    this.#view.set({ text: this.#draft.text, composing: { kind: 'new', replyTo: this.#replyTo } });
  }
}
