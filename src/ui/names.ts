/** Joins names as the language does: "Ann, Ben, and Cam", "甲、乙和丙". */
export function formatNames(names: readonly string[], language: string): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names);
}
