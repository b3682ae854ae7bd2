// Playback: a second way through the run, on a feed of its own. It seeks, pauses and plays while the run's own feed goes
// on, so that the way back to live is short.

import { type Asked, Feed, type Mode, type Move } from "../api/feed";
import { backToLive, go } from "./actions";
import { atOf, msOf } from "./address";
import { epochOf, type Page } from "./page";
import type { Snapshot } from "./snapshot";
import { store } from "./store";

const RATE_HZ = 5;

interface Player {
  run: string;
  feed: Feed<Snapshot>;
  /** Moves that were sent and not answered yet. */
  moves: number;
}

let player: Player | null = null;
let followed = "";

/** Follows the address from now on: to live, to a time, or on from there. */
export function followPlayback(): void {
  store.watch(follow);
}

function follow(page: Page): void {
  const { place, watched, snapshot, live, headMs } = page;
  if (player !== null && player.run !== watched) close();
  if (watched === null || snapshot === null) {
    followed = "";
    return;
  }
  const wanted = keyOf(page);
  if (wanted === followed) return;
  followed = wanted;
  const atMs = place.at === null ? null : msOf(place.at, epochOf(page));
  if (atMs === null) {
    close();
    store.change({ ...(live ? { snapshot: live, atMs: headMs } : {}), seeking: false });
    return;
  }
  store.change({ seeking: true });
  if (player === null) player = open(watched);
  else move(player, atMs, place.speed);
}

/** Returns what the address wants of playback. */
function keyOf({ watched, place }: Page): string {
  return `${watched} ${place.at} ${place.speed}`;
}

function close(): void {
  player?.feed.close();
  player = null;
  store.change({ playback: null });
}

function open(run: string): Player {
  const opened: Player = {
    run,
    moves: 0,
    feed: new Feed<Snapshot>(
      `runs/${encodeURIComponent(run)}/live`,
      {
        frame: (snapshot, atMs, drawn) => {
          if (player !== opened || store.page.watched !== run) return;
          store.page.trace?.add(snapshot, atMs);
          // all but the last move are answered: that was to pause or to play, from a moment that this frame shows
          store.change({ snapshot, atMs, ...(opened.moves <= 1 ? { seeking: false } : {}) }, drawn);
        },
        state: (state) => store.change({ playback: state }),
        moved: (mode, atMs) => take(opened, mode, atMs),
      },
      () => {
        opened.moves = 1; // the subscription is answered like a move; moves on the connection before are void
        return asked();
      },
    ),
  };
  return opened;
}

/** Returns where the address says to begin. */
function asked(): Asked {
  const { place, snapshot, atMs } = store.page;
  const from = place.at === null || !snapshot ? null : msOf(place.at, epochOf(store.page));
  return { rate_hz: RATE_HZ, at_ms: Math.round(from ?? atMs), ...(place.speed === null ? {} : { speed: place.speed }) };
}

function move(to: Player, atMs: number, speed: number | null): void {
  const moves: Move[] = [
    { type: "seek", at_ms: Math.round(atMs) },
    speed === null ? { type: "pause" } : { type: "play", speed },
  ];
  for (const each of moves) if (to.feed.move(each)) to.moves++;
}

/** Takes the answer to a move. An answer that nobody asked for says that playing has come to now, or to the run's end. */
function take(from: Player, mode: Mode, atMs: number): void {
  if (from !== player) return;
  if (from.moves > 0) {
    from.moves--;
    return;
  }
  const { place, snapshot } = store.page;
  if (place.speed === null || !snapshot || mode === "playing" || keyOf(store.page) !== followed) return;
  if (mode === "live") backToLive();
  else go({ at: atOf(atMs, epochOf(store.page)), speed: null }, true);
}
