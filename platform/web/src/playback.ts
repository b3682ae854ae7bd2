// Playback on the page: a second way through the run, on a feed of its own. It seeks, stands still and plays, while the
// run's own feed goes on, so that the way back to live is short.

import { backToLive, go, store } from "./actions";
import { instantOf, wordsOf } from "./address";
import { Feed } from "./feed";
import type { Snapshot } from "./snapshot";
import type { Page } from "./store";

const RATE_HZ = 5;

interface Film {
  run: string;
  feed: Feed<Snapshot>;
  /** Moves that were said and not answered yet. */
  moves: number;
}

let film: Film | null = null;
let followed = "";

/** Follows the address: to live, to an instant, or on from there; called whenever the page is drawn. */
export function follow(): void {
  const { place, watched, snapshot, live, headMs } = store.page;
  if (watched === null || snapshot === null) return;
  const wanted = keyOf(store.page);
  if (wanted === followed) return;
  followed = wanted;
  const atMs = place.at === null ? null : instantOf(place.at, Date.parse(snapshot.run.epoch));
  if (atMs === null || film?.run !== watched) {
    film?.feed.close();
    film = null;
  }
  if (atMs === null) {
    store.change({ ...(live ? { snapshot: live, atMs: headMs } : {}), seeking: false });
    return;
  }
  store.change({ seeking: true });
  if (film === null) film = open(watched);
  else move(film, atMs, place.speed);
}

/** Returns what the address wants of playback. */
function keyOf({ watched, place }: Page): string {
  return `${watched} ${place.at} ${place.speed}`;
}

function open(run: string): Film {
  const opened: Film = {
    run,
    moves: 0,
    feed: new Feed<Snapshot>(
      `runs/${encodeURIComponent(run)}/live`,
      {
        frame: (snapshot, atMs, drawn) => {
          if (film !== opened) return;
          store.page.trace?.keep(snapshot, atMs);
          store.change({ snapshot, atMs, ...(opened.moves === 0 ? { seeking: false } : {}) }, drawn);
        },
        state: () => {},
        moved: (mode, atMs) => answered(opened, mode, atMs),
      },
      () => {
        opened.moves = 1; // the subscription is answered as a move is; what was said on a connection before is void
        return { rate_hz: RATE_HZ, ...asked() };
      },
    ),
  };
  return opened;
}

/** Returns where the address says to begin. */
function asked(): { at_ms: number; speed?: number } {
  const { place, snapshot, atMs } = store.page;
  const from = place.at === null || !snapshot ? null : instantOf(place.at, Date.parse(snapshot.run.epoch));
  return { at_ms: Math.round(from ?? atMs), ...(place.speed === null ? {} : { speed: place.speed }) };
}

function move(film: Film, atMs: number, speed: number | null): void {
  for (const said of [{ type: "seek", at_ms: Math.round(atMs) }, speed === null ? { type: "pause" } : { type: "play", speed }]) {
    if (film.feed.say(said)) film.moves++;
  }
}

/** Takes the backend's word on a move; unasked, it says that playing has come to now, or to the run's end. */
function answered(from: Film, mode: "live" | "playing" | "paused", atMs: number): void {
  if (from !== film) return;
  if (from.moves > 0) {
    from.moves--;
    return;
  }
  const { place, snapshot } = store.page;
  if (place.speed === null || !snapshot || mode === "playing" || keyOf(store.page) !== followed) return;
  if (mode === "live") backToLive();
  else go({ at: wordsOf(atMs, Date.parse(snapshot.run.epoch)), speed: null }, true);
}
