export const SECTIONS = ['profile', 'devices', 'appearance', 'people'] as const;
export type Section = (typeof SECTIONS)[number];

export function isSection(text: string): text is Section {
  return SECTIONS.some((section) => section === text);
}
