/** A whole emoji, with the joiners and selectors that belong to it. */
const EMOJI = /\p{RGI_Emoji}/gv;
/** Where a joiner shapes the letters around it, as in Persian and in Indian scripts. */
const SHAPED =
  /(?<=[\p{scx=Arab}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}])[\u200c\u200d](?=[\p{scx=Arab}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}])/gu;
/** Bidi controls are among the ignorable characters; line and paragraph separators and interlinear marks are not. */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;
/**
 * The empty Braille pattern and the null notehead are symbols, and the Hangul fillers (ignorable) are letters, but all
 * are invisible. Characters unknown to this Unicode version count as visible: they may be next year's emoji.
 */
const VISIBLE =
  /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]|[[\p{Cn}\p{Co}]--\p{Default_Ignorable_Code_Point}]/v;
/** UTS #39 section 5.4 forbids more than four nonspacing marks in a row, and the same one twice in a row. */
const MARKS =
  /[[\p{Mn}\p{Me}]--\p{Default_Ignorable_Code_Point}]{5}|([[\p{Mn}\p{Me}]--\p{Default_Ignorable_Code_Point}])\1/v;

/**
 * Whether a person's or group's name contains invisible characters, or ones that change the direction of the text
 * around them, which allow impersonation. Those that are part of an emoji or shape letters do not count.
 */
export function hasInvisible(name: string): boolean {
  return INVISIBLE.test(name.replace(EMOJI, '').replace(SHAPED, ''));
}

/** Whether a text has visible characters, other than spaces, ignorable characters and marks without a letter. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** Whether a letter has so many marks that they cover the lines around it. */
export function hasPiledMarks(name: string): boolean {
  return MARKS.test(name.normalize('NFD').replace(EMOJI, ''));
}
