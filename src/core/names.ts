/** A whole emoji, with the joiners and selectors that belong to it. */
const EMOJI = /\p{RGI_Emoji}/gv;
/** Where a joiner shapes the letters around it, as in Persian and in the scripts of India. */
const SHAPED =
  /(?<=[\p{scx=Arab}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}])[\u200c\u200d](?=[\p{scx=Arab}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}])/gu;
/** Bidi controls are among the ignorable ones; line and paragraph separators and interlinear marks are not. */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;
/** The empty Braille pattern is a symbol, and yet nothing to see. */
const VISIBLE = /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Whether the name of a person or group holds characters that nobody sees, or that turn the text around them: with
 * them one could pass for another. Those that make up an emoji or shape letters do not count.
 */
export function hasInvisible(name: string): boolean {
  return INVISIBLE.test(name.replace(EMOJI, '').replace(SHAPED, ''));
}

/** Whether there is anything to see of a name. */
export function isVisible(name: string): boolean {
  return VISIBLE.test(name);
}
