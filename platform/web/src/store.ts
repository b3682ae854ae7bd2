// Everything that the page shows, in one place. Views are functions of it and are drawn once per screen refresh.

import type { FeedState } from "./feed";
import type { Row, Run } from "./runs";
import type { Snapshot } from "./snapshot";
import type { Language } from "./text";

export interface Page {
  language: Language;
  /** Newest first; null until the backend has answered. */
  runs: Run[] | null;
  /** The run named in the address; null to follow the latest. */
  chosen: string | null;
  /** The run whose feed is open. */
  watched: string | null;
  feed: FeedState;
  snapshot: Snapshot | null;
  atMs: number;
  rows: Row[];
}

export class Store {
  #drawn: (() => void)[] = [];
  #asked = false;

  constructor(
    public page: Page,
    private readonly draw: (page: Page) => void,
  ) {}

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
      this.draw(this.page);
      for (const call of waiting) call();
    });
  }
}
