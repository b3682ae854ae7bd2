// What people do to the page: each changes the store, the address, or both.

import { type Place, type View, addressOf, instantOf, placeOf, wordsOf } from "./address";
import { type Page, Store, type Theme } from "./store";
import { preferred } from "./text";

const MINUTE_MS = 60_000;
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
  seeking: false,
  speed: placeOf(location.search).speed ?? 600,
  headMs: 0,
  live: null,
  lags: null,
  trace: null,
  answers: {},
  pair: null,
  scenarios: null,
  disruptions: null,
  locked: false,
  help: false,
});

/** Goes to another place; back leads to where one was, or, where the place is replaced, to the one before it. */
export function go(changes: Partial<Place>, replace = false): void {
  const place = { ...store.page.place, ...changes };
  history[replace ? "replaceState" : "pushState"](null, "", addressOf(place));
  store.change({ place });
}

export function chooseView(view: View): void {
  if (view === store.page.place.view) return;
  go({ view, pick: null });
  scrollTo(0, 0);
}

/** Chooses the run to watch; null to follow the latest. */
export function chooseRun(run: string | null): void {
  go({ run, at: null, speed: null, pick: null });
}

/** Shows the run as it was at an instant. */
export function seek(atMs: number): void {
  const { snapshot, place, headMs } = store.page;
  if (!snapshot) return;
  const at = wordsOf(Math.min(Math.max(0, atMs), headMs), Date.parse(snapshot.run.epoch));
  store.change({ seeking: true });
  go({ at, speed: null }, place.at !== null);
}

/** Stands still at the instant shown. */
export function hold(): void {
  seek(instantNow());
}

/** Plays on from the instant shown; from the beginning where the run has ended there. */
export function play(speed: number = store.page.speed): void {
  store.change({ speed });
  const { snapshot, live, place, headMs } = store.page;
  const isOver = live?.run.phase === "ended" && instantNow() >= headMs;
  if (snapshot) go({ at: wordsOf(isOver ? 0 : instantNow(), Date.parse(snapshot.run.epoch)), speed }, place.at !== null);
}

/** Goes on or back by steps: ten minutes, or one where the charts show a day. */
export function step(steps: number): void {
  seek(instantNow() + steps * (store.page.place.day ? MINUTE_MS : 10 * MINUTE_MS));
}

/** Returns the instant shown, or the one that is on its way. */
function instantNow(): number {
  const { place, snapshot, atMs, seeking } = store.page;
  if (place.at === null || !seeking || !snapshot) return atMs;
  return instantOf(place.at, Date.parse(snapshot.run.epoch)) ?? atMs;
}

export function backToLive(): void {
  const { place, live, snapshot, headMs } = store.page;
  if (place.at === null) return;
  go({ at: null, speed: null });
  store.change({ snapshot: live ?? snapshot, atMs: headMs, seeking: false });
}

/** Returns whether what is shown moves by itself. */
export function isMoving({ place, live }: Page): boolean {
  return place.at === null ? live?.run.phase !== "ended" : place.speed !== null;
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
addEventListener("locked", () => store.change({ locked: true }));
dark.addEventListener("change", () => store.change({ theme: themeNow() }));

function systemTheme(): Theme {
  return dark.matches ? "dark" : "light";
}

/** Returns the theme chosen before, else the system's. */
function themeNow(): Theme {
  const before = localStorage.getItem("theme");
  return before === "light" || before === "dark" ? before : systemTheme();
}
