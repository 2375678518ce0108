// @ts-check
/** Light or dark: as the system says until the reader says otherwise. The only thing the page keeps in the browser. */

const KEY = 'trimer-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** @type {Set<() => void>} */
const listeners = new Set();

apply(kept());
system.addEventListener('change', () => listeners.forEach((listener) => listener()));

/** Whether the page is dark now. */
export function isDark() {
  const said = document.documentElement.dataset.theme;
  return said ? said === 'dark' : system.matches;
}

/** Change to the other theme and keep it. */
export function toggle() {
  const theme = isDark() ? 'light' : 'dark';
  apply(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
  listeners.forEach((listener) => listener());
}

/**
 * Call a function whenever the theme changes; returns what ends that.
 * @param {() => void} listener
 * @returns {() => void}
 */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {string | null} theme */
function apply(theme) {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
}

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
