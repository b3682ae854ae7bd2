// The player of the page: shows the run as it was at an instant, and plays on from there. The run's own feed goes on
// meanwhile, so that the way back to live is short.

import { store } from "./actions";
import { instantOf } from "./address";
import { get } from "./api";
import type { Snapshot } from "./snapshot";

interface Film {
  run: string;
  fromMs: number;
  /** Simulated seconds a second; null to stand still. */
  speed: number | null;
  /** When it began to play, on the reader's clock. */
  began: number;
}

const SHORTEST_PAUSE_MS = 100;
let film: Film | null = null;
let isAsking = false;
let followed = "";

/** Follows the address: to live, to an instant, or on from there; called whenever the page is drawn. */
export function follow(): void {
  const { place, watched, snapshot, live } = store.page;
  if (watched === null || snapshot === null) return;
  const asked = `${watched} ${place.at} ${place.speed}`;
  if (asked === followed) return;
  followed = asked;
  const fromMs = place.at === null ? null : instantOf(place.at, Date.parse(snapshot.run.epoch));
  if (fromMs === null) {
    film = null;
    store.change({ ...(live ? { snapshot: live, atMs: store.page.headMs } : {}), seeking: false });
    return;
  }
  store.change({ seeking: true });
  film = { run: watched, fromMs, speed: place.speed, began: performance.now() };
  void roll();
}

/** Asks for one instant after the other, each once the last is drawn, until the film stands still. */
async function roll(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  let shown: Film | null = null;
  while (film && (film !== shown || film.speed !== null)) {
    const asked: Film = film;
    const atMs = Math.round(asked.fromMs + (performance.now() - asked.began) * (asked.speed ?? 0));
    const path = `runs/${encodeURIComponent(asked.run)}/snapshot?at=${atMs}`;
    const past = await get<{ at_ms: number; measures: Snapshot }>(path);
    shown = asked;
    if (past && film?.run === asked.run) show(past.measures, past.at_ms, film !== asked);
    await new Promise((resume) => setTimeout(resume, past ? SHORTEST_PAUSE_MS : 10 * SHORTEST_PAUSE_MS));
    if (!past) shown = null;
    else if (past.at_ms < atMs && film === asked) break; // the run has come no further
  }
  isAsking = false;
}

function show(snapshot: Snapshot, atMs: number, seeking: boolean): void {
  store.page.trace?.keep(snapshot, atMs);
  store.change({ snapshot, atMs, seeking });
}
