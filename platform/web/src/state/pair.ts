// The feed of two runs side by side, open as long as the address names the other one.

import { Feed } from "../api/feed";
import { FINAL_OF_A_NAMED_RUN, faultOf } from "../api/http";
import type { Both, Page, Pair } from "./page";
import { store } from "./store";

let feed: Feed<Both> | null = null;
let followed = "";

/** Follows the address from now on: to the run beside the one watched, or to none. */
export function followPair(): void {
  store.watch(follow);
}

function follow({ place, watched }: Page): void {
  const other = place.view === "runs" && place.pick !== watched ? place.pick : null;
  const asked = watched === null || other === null ? "" : `${watched} ${other}`;
  if (asked === followed) return;
  followed = asked;
  feed?.close();
  feed = null;
  if (watched === null || other === null) return store.change({ pair: null });
  store.change({ pair: { other, feed: { name: "connecting" }, atMs: 0, both: null } });
  feed = open(watched, other);
}

function open(watched: string, other: string): Feed<Both> {
  const change = (changes: Partial<Pair>): void => {
    const { pair } = store.page;
    if (pair?.other === other) store.change({ pair: { ...pair, ...changes } });
  };
  return new Feed<Both>(`runs/${encodeURIComponent(watched)}/against/${encodeURIComponent(other)}/live`, {
    frame: (both, atMs, drawn) => {
      change({ both, atMs });
      store.change({}, drawn);
    },
    state: (state) => change({ feed: state }),
    refused: () => faultOf(`runs/${encodeURIComponent(other)}`, FINAL_OF_A_NAMED_RUN),
  });
}
