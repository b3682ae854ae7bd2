// How the run and the page's connection to it stand, as one state that every view shows in words.

import type { FeedState } from "../api/feed";
import type { Run } from "../api/types";
import { isMoving } from "./actions";
import { type Page, runOf } from "./page";

export type Standing =
  | FeedState["name"]
  | "idle"
  | "locked"
  | "seeking"
  | "held"
  | "playing"
  | "paused"
  | "stopped"
  | "failed"
  | "silent";

/** What went wrong, or was done, with a run that is not played on: a view says so above everything else. */
export const STANDSTILLS = ["paused", "stopped", "failed", "silent"] as const;

export function standingOf(page: Page): Standing {
  const { feed, watched, place, locked, snapshot } = page;
  if (locked && snapshot === null) return "locked";
  if (watched === null) return "idle";
  const isConnected = feed.name === "live" || feed.name === "stale" || feed.name === "ended";
  if (!isConnected) return feed.name;
  if (place.at !== null && page.playback?.name === "lost") return "lost";
  if (place.at !== null) return page.seeking ? "seeking" : place.speed !== null ? "playing" : "held";
  return standingOfRun(runOf(page)) ?? feed.name;
}

/** Returns why a run is not played on; null where it is, or where it has ended. */
export function standingOfRun(run: Run | undefined): (typeof STANDSTILLS)[number] | null {
  if (run === undefined || run.state === "ended") return null;
  if (run.state !== "running") return run.state;
  return run.silent_since === null ? null : "silent";
}

/**
 * Returns whether the numbers shown may be others than those asked for: they are grey then. Those of a moment that was
 * found stay true, whatever becomes of the connection.
 */
export function isOld(page: Page): boolean {
  const { place, seeking } = page;
  const standing = standingOf(page);
  if (place.at !== null) return standing === "lost" && (seeking || place.speed !== null);
  return ["connecting", "lost", "reset", "stale", "silent"].includes(standing);
}

/** Returns since when there has been no news; null where there is. */
export function silentSince({ feed, playback, place }: Page): number | null {
  const behind = place.at !== null && playback?.name === "lost" ? playback : feed;
  return "since" in behind ? behind.since : null;
}

/** Returns whether the time shown moves by itself. */
export function isPlaying(page: Page): boolean {
  return isMoving(page) && (page.place.at !== null || standingOfRun(runOf(page)) === null);
}
