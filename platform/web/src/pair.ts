// The feed of two runs side by side, open as long as the address names the other one.

import { store } from "./actions";
import { faultOf } from "./api";
import { Feed } from "./feed";
import type { Both, Page, Pair } from "./store";

let feed: Feed<Both> | null = null;
let followed = "";

/** Follows the address to the run that is put beside the one watched, or to none. */
export function watchPair({ place, watched }: Page): void {
  const other = place.view === "runs" && place.pick !== watched ? place.pick : null;
  const asked = watched === null || other === null ? "" : `${watched} ${other}`;
  if (asked === followed) return;
  followed = asked;
  feed?.close();
  feed = null;
  if (asked === "" || other === null) return store.change({ pair: null });
  const change = (changes: Partial<Pair>): void => {
    const { pair } = store.page;
    if (pair?.other === other) store.change({ pair: { ...pair, ...changes } });
  };
  store.change({ pair: { other, feed: { name: "connecting" }, atMs: 0, both: null } });
  feed = new Feed<Both>(`runs/${encodeURIComponent(watched ?? "")}/against/${encodeURIComponent(other)}/live`, {
    frame: (both, atMs, drawn) => {
      change({ both, atMs });
      store.change({}, drawn);
    },
    state: (state) => change({ feed: state }),
    refused: () => faultOf(`runs/${encodeURIComponent(other)}`),
  });
}
