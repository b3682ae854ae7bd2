// Light or dark: the reader's choice, else the system's.

import { forGood } from "../browser/storage";
import type { Theme } from "./page";

const KEY = "theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Returns the theme chosen before, else the system's. */
export function preferredTheme(): Theme {
  const before = forGood.get(KEY);
  return before === "light" || before === "dark" ? before : systemTheme();
}

/** Keeps a choice; one that is the system's own follows the system again. */
export function keepTheme(theme: Theme): void {
  if (theme === systemTheme()) forGood.forget(KEY);
  else forGood.keep(KEY, theme);
}

/** Calls back when the system changes its theme. */
export function whenThemeChanges(call: (theme: Theme) => void): void {
  dark.addEventListener("change", () => call(preferredTheme()));
}

function systemTheme(): Theme {
  return dark.matches ? "dark" : "light";
}
