// Everything that the page shows, in one place. Views are functions of it and are drawn once per screen refresh.

import type { Place } from "./address";
import type { Run } from "./api";
import type { Kind } from "./disrupt";
import type { FeedState, Lags } from "./feed";
import type { Snapshot } from "./snapshot";
import type { Scenarios } from "./start";
import type { Language } from "./text";
import type { Trace } from "./trace";

export type Theme = "light" | "dark";

export interface Page {
  language: Language;
  theme: Theme;
  place: Place;
  /** Newest first; null until the backend has answered. */
  runs: Run[] | null;
  /** The run whose feed is open. */
  watched: string | null;
  feed: FeedState;
  snapshot: Snapshot | null;
  /** The instant that is shown. */
  atMs: number;
  /** Whether the instant that was asked for is still on its way. */
  seeking: boolean;
  /** How fast the page plays when it does. */
  speed: number;
  /** How far the run has come, whatever is shown. */
  headMs: number;
  /** The latest snapshot of the run itself, whatever instant is shown: the time bar is drawn from it. */
  live: Snapshot | null;
  lags: Lags | null;
  trace: Trace | null;
  /** What the backend answered over HTTP, by path. */
  answers: Readonly<Record<string, unknown>>;
  /** The run watched beside another one. */
  pair: Pair | null;
  /** What the start of a run may change; null until it was asked for. */
  scenarios: Scenarios | null;
  /** What can be made to happen to a run; null until it was asked for. */
  disruptions: Kind[] | null;
  /** Whether the backend refused for want of a token. */
  locked: boolean;
  /** Whether the list of keys is open. */
  help: boolean;
}

/** Two runs at the moment that both have reached. */
export interface Pair {
  other: string;
  feed: FeedState;
  atMs: number;
  both: Both | null;
}

export interface Both {
  a: Snapshot;
  b: Snapshot;
  /** By the path of the measure. */
  difference: Record<string, { difference: number; ratio?: number }>;
}

export class Store {
  #drawn: (() => void)[] = [];
  #asked = false;
  #draw: (page: Page) => void = () => {};

  constructor(public page: Page) {}

  /** Has `draw` called at the next refresh of the screen after each change. */
  begin(draw: (page: Page) => void): void {
    this.#draw = draw;
    this.change({});
  }

  /** Takes over changes and draws the page at the next refresh of the screen; `drawn` is called after that. */
  change(changes: Partial<Page>, drawn?: () => void): void {
    this.page = { ...this.page, ...changes };
    if (drawn) this.#drawn.push(drawn);
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      const waiting = this.#drawn;
      this.#drawn = [];
      this.#draw(this.page);
      for (const call of waiting) call();
    });
  }
}
