// The one place that holds the page's state. Each change is drawn at the next refresh of the screen.

import { forGood } from "../browser/storage";
import { preferredLanguage } from "../text/words";
import { placeOf } from "./address";
import type { Page } from "./page";
import { preferredTheme } from "./theme";

const USUAL_SPEED = 600;

export class Store {
  #drawn: (() => void)[] = [];
  #isDue = false;
  #draw: (page: Page) => void = () => {};
  readonly #watchers: ((page: Page) => void)[] = [];

  constructor(public page: Page) {}

  /** Calls `draw` at the next refresh of the screen, and after each change. */
  begin(draw: (page: Page) => void): void {
    this.#draw = draw;
    this.change({});
  }

  /** Calls `watcher` after each drawing: it may fetch, and change the store again. */
  watch(watcher: (page: Page) => void): void {
    this.#watchers.push(watcher);
  }

  /** Takes over changes; they are drawn at the next refresh of the screen, and `drawn` is called after that. */
  change(changes: Partial<Page>, drawn?: () => void): void {
    this.page = { ...this.page, ...changes };
    if (drawn) this.#drawn.push(drawn);
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#refresh());
  }

  /** Draws the page as it stands, perhaps with some of it replaced. */
  drawNow(replaced: Partial<Page> = {}): void {
    this.#draw({ ...this.page, ...replaced });
  }

  #refresh(): void {
    this.#isDue = false;
    const waiting = this.#drawn;
    this.#drawn = [];
    this.drawNow();
    for (const call of waiting) call();
    for (const watcher of this.#watchers) watcher(this.page);
  }
}

export const store = new Store({
  language: preferredLanguage(),
  theme: preferredTheme(),
  place: placeOf(location.search),
  runs: null,
  watched: null,
  feed: { name: "connecting" },
  playback: null,
  snapshot: null,
  atMs: 0,
  seeking: placeOf(location.search).at !== null,
  speed: placeOf(location.search).speed ?? USUAL_SPEED,
  headMs: 0,
  live: null,
  lags: null,
  defaultCap: null,
  trace: null,
  answers: {},
  pair: null,
  scenarios: null,
  draft: { fields: {}, changes: {} },
  disruptions: null,
  locked: false,
  letters: forGood.get("letters") !== "off",
  search: false,
  help: false,
});
