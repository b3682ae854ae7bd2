// What people do to the page: each changes the store, the address, or both.

import { type Place, type View, addressOf, placeOf } from "./address";
import { Store, type Theme } from "./store";
import { preferred } from "./text";

const dark = matchMedia("(prefers-color-scheme: dark)");

export const store = new Store({
  language: preferred(),
  theme: themeNow(),
  place: placeOf(location.search),
  runs: null,
  watched: null,
  feed: { name: "connecting" },
  snapshot: null,
  atMs: 0,
  headMs: 0,
  live: null,
  lags: null,
  trace: null,
  answers: {},
  help: false,
});

/** Goes to another place; back leads to where one was. */
export function go(changes: Partial<Place>): void {
  const place = { ...store.page.place, ...changes };
  history.pushState(null, "", addressOf(place));
  store.change({ place });
}

export function chooseView(view: View): void {
  if (view === store.page.place.view) return;
  go({ view, pick: null });
  scrollTo(0, 0);
}

/** Chooses the run to watch; null to follow the latest. */
export function chooseRun(run: string | null): void {
  go({ run, at: null, pick: null });
}

export function changeLanguage(): void {
  const language = store.page.language === "en" ? "zh" : "en";
  localStorage.setItem("language", language);
  store.change({ language });
}

export function changeTheme(): void {
  const theme = store.page.theme === "light" ? "dark" : "light";
  if (theme === systemTheme()) localStorage.removeItem("theme");
  else localStorage.setItem("theme", theme);
  store.change({ theme });
}

export function changeSpan(): void {
  go({ day: !store.page.place.day });
}

export function showHelp(help: boolean): void {
  store.change({ help });
}

addEventListener("popstate", () => store.change({ place: placeOf(location.search) }));
dark.addEventListener("change", () => store.change({ theme: themeNow() }));

function systemTheme(): Theme {
  return dark.matches ? "dark" : "light";
}

/** Returns the theme chosen before, else the system's. */
function themeNow(): Theme {
  const before = localStorage.getItem("theme");
  return before === "light" || before === "dark" ? before : systemTheme();
}
