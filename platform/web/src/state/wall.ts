// The wall: the page fills a screen without controls, and shows its views in turn.

import { go } from "./actions";
import { VIEWS, type View } from "./address";
import type { Page } from "./page";
import { store } from "./store";

export const TURN_MS = 20_000;
/** The views that a wall shows: those of numbers. */
const TURNS: readonly View[] = VIEWS.filter((view) => view !== "comparison" && view !== "runs");

/** Turns the views from now on, while the address asks for a wall. */
export function followWall(): void {
  setInterval(() => {
    if (store.page.place.wall) go({ view: after(store.page), pick: null }, true);
  }, TURN_MS);
}

function after({ place: { view } }: Page): View {
  return TURNS[(TURNS.indexOf(view) + 1) % TURNS.length] ?? "overview";
}
