// What people do to the page: each changes the store, the address, or both.

import { whenLocked } from "../api/http";
import { forGood } from "../browser/storage";
import { MINUTE_MS } from "../text/clock";
import { loadWords, nextLanguage } from "../text/words";
import { addressOf, atOf, msOf, type Place, placeOf, type View } from "./address";
import { epochOf, type Page, runOf } from "./page";
import { store } from "./store";
import { keepTheme, preferredTheme, whenThemeChanges } from "./theme";

/**
 * Goes to another place. The browser's way back leads to the place before; a replaced place is skipped.
 *
 * A moment, and what a view is narrowed to, are those of one run: the address names it, as the latest may soon be another.
 */
export function go(changes: Partial<Place>, replace = false): void {
  const wanted = { ...store.page.place, misread: null, ...changes };
  const isOfOneRun = wanted.at !== null || wanted.pick !== null;
  const place = isOfOneRun ? { ...wanted, run: wanted.run ?? store.page.watched } : wanted;
  history[replace ? "replaceState" : "pushState"](null, "", addressOf(place));
  store.change({ place });
}

/** Where something is shown: a view, and what it is narrowed to. */
export type Target = Pick<Place, "view"> & { pick: string };

export function chooseView(view: View): void {
  if (view === store.page.place.view) return;
  go({ view, pick: null });
  scrollTo(0, 0);
}

/** Chooses the run to watch; null to follow the latest. */
export function chooseRun(run: string | null): void {
  go({ run, at: null, speed: null, pick: null });
}

/** Shows the run as it was at a simulated time. */
export function seek(atMs: number): void {
  const { snapshot, place, headMs } = store.page;
  if (!snapshot) return;
  const at = atOf(Math.min(Math.max(0, atMs), headMs), epochOf(store.page));
  store.change({ seeking: true });
  go({ at, speed: null }, place.at !== null);
}

/** Pauses at the time shown. */
export function pause(): void {
  seek(timeShown());
}

/** Plays on from the time shown; from the beginning where the run goes no further. */
export function play(speed: number = store.page.speed): void {
  store.change({ speed });
  const { snapshot, live, place, headMs } = store.page;
  const isOver = (live?.run.phase === "ended" || !isRunning(store.page)) && timeShown() >= headMs;
  if (snapshot) go({ at: atOf(isOver ? 0 : timeShown(), epochOf(store.page)), speed }, place.at !== null);
}

/** Goes on or back by steps: ten minutes, or one where the charts show a day. */
export function step(steps: number): void {
  seek(timeShown() + steps * (store.page.place.day ? MINUTE_MS : 10 * MINUTE_MS));
}

/** Returns the time shown, or the one that is on its way. */
function timeShown(): number {
  const { place, snapshot, atMs, seeking } = store.page;
  if (place.at === null || !seeking || !snapshot) return atMs;
  return msOf(place.at, epochOf(store.page)) ?? atMs;
}

export function backToLive(): void {
  const { place, live, snapshot, headMs } = store.page;
  if (place.at === null) return;
  go({ at: null, speed: null });
  store.change({ snapshot: live ?? snapshot, atMs: headMs, seeking: false });
}

function isRunning(page: Page): boolean {
  const run = runOf(page);
  return run === undefined || (run.state === "running" && run.silent_since === null);
}

/** Returns whether the time shown moves by itself, as long as the run is played. */
export function isMoving({ place, live }: Page): boolean {
  return place.at === null ? live?.run.phase !== "ended" : place.speed !== null;
}

export function changeLanguage(): void {
  const language = nextLanguage(store.page.language);
  forGood.keep("language", language);
  void loadWords(language).then(() => store.change({ language }));
}

export function changeTheme(): void {
  const theme = store.page.theme === "light" ? "dark" : "light";
  keepTheme(theme);
  store.change({ theme });
}

export function changeSpan(): void {
  go({ day: !store.page.place.day });
}

/** Turns keys of a single letter on or off, for readers who speak to their computer. */
export function changeLetters(): void {
  const letters = !store.page.letters;
  forGood.keep("letters", letters ? "on" : "off");
  store.change({ letters });
}

export function showSearch(search: boolean): void {
  store.change({ search });
}

export function showHelp(help: boolean): void {
  store.change({ help });
}

/** Follows what happens outside of the page's own controls: the way back, a refused token, the system's theme. */
export function followBrowser(): void {
  addEventListener("popstate", () => {
    const place = placeOf(location.search);
    const { seeking, place: before } = store.page;
    store.change({ place, seeking: place.at !== null && (seeking || place.at !== before.at) });
  });
  whenLocked(() => store.change({ locked: true }));
  whenThemeChanges(() => store.change({ theme: preferredTheme() }));
}
