import { useTranslation } from 'react-i18next';

export const QUICK_EMOJI = ['👍', '❤️', '😂', '🎉', '😮', '🙏'] as const;

const GROUPS = [
  {
    key: 'ui.emojiFaces',
    emoji:
      '😀 😃 😄 😁 😆 😅 🤣 😂 🙂 😉 😊 😇 🥰 😍 😘 😋 😜 🤪 🤔 🤨 😐 😑 😶 🙄 😏 😴 😌 😔 😢 😭 😤 😠 😡 😱 😨 😰 😓 🤗 🤭 🤫 🥳 🥺 😎 🤓 🤯 🥱 🤒 🤕',
  },
  { key: 'ui.emojiHands', emoji: '👍 👎 👌 ✌️ 🤞 🤝 👏 🙌 👋 💪 🙏 ✍️ 👀 🫡 🤷 🙋' },
  { key: 'ui.emojiHearts', emoji: '❤️ 🧡 💛 💚 💙 💜 🖤 💔 💯 ✨ 🔥 ⭐ 🎉 🎊 🎁 🏆' },
  { key: 'ui.emojiThings', emoji: '✅ ❌ ❓ ❗ ⏰ 📌 📎 📅 💡 🔧 🚀 🐛 ☕ 🍵 🍜 🍺 🌧️ ☀️ 🌳 🐼' },
] as const;

/** A small set that covers most of what people say at work. */
export function EmojiPicker({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className="max-h-64 overflow-y-auto">
      {GROUPS.map(({ key, emoji }) => (
        <section key={key} aria-label={t(key)}>
          <h3 className="px-1 pt-1 text-xs text-muted">{t(key)}</h3>
          <div className="grid grid-cols-8">
            {emoji.split(' ').map((each) => (
              <button
                key={each}
                type="button"
                aria-label={each}
                onClick={() => onPick(each)}
                className="size-9 rounded-lg font-emoji text-xl leading-none hover:bg-sunken"
              >
                {each}
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
