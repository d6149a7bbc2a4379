/** A person's unfinished text, stored on this device. */
export type Draft = { readonly text: string; readonly replyTo: number | null };

const EMPTY: Draft = { text: '', replyTo: null };

export type Drafts = {
  get(room: string): Draft;
  set(room: string, draft: Draft): void;
  /**
   * Empties the room's draft on this page. A reload restores it until the returned function is called: then what was
   * written since is kept instead.
   */
  take(room: string): () => void;
};

/** `storage` is the browser's localStorage; if it is full or forbidden, drafts live as long as the page. */
export function createDrafts(user: string, storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Drafts {
  const drafts = new Map<string, Draft>();
  const nameOf = (room: string) => `banyan-draft-${user}-${room}`;
  const get = (room: string) => {
    const known = drafts.get(room) ?? read(storage, nameOf(room));
    drafts.set(room, known);
    return known;
  };
  const set = (room: string, draft: Draft) => {
    drafts.set(room, draft);
    try {
      if (draft.text === '' && draft.replyTo === null) storage.removeItem(nameOf(room));
      else storage.setItem(nameOf(room), JSON.stringify(draft));
    } catch {
      // Kept in memory above.
    }
  };
  return {
    get,
    set,
    take: (room) => {
      drafts.set(room, EMPTY);
      return () => set(room, get(room));
    },
  };
}

function read(storage: Pick<Storage, 'getItem'>, name: string): Draft {
  try {
    const { text, replyTo } = JSON.parse(storage.getItem(name) ?? '{}') as Partial<Draft>;
    return typeof text === 'string' ? { text, replyTo: typeof replyTo === 'number' ? replyTo : null } : EMPTY;
  } catch {
    return EMPTY;
  }
}
