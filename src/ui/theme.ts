export type Theme = 'system' | 'light' | 'dark';

const STORED = 'banyan-theme';
const DARK = '(prefers-color-scheme: dark)';

export function chosenTheme(): Theme {
  const stored = localStorage.getItem(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(STORED, theme);
  applyTheme();
}

/** Follows the choice, and the system where nothing was chosen. */
export function startTheme(): void {
  applyTheme();
  matchMedia(DARK).addEventListener('change', applyTheme);
}

function applyTheme(): void {
  const chosen = chosenTheme();
  const isDark = chosen === 'dark' || (chosen === 'system' && matchMedia(DARK).matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
}
