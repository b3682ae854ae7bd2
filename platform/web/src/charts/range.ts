// The span of time that charts show, and the moments that are marked on it.

import { epochOf, type Page } from "../state/page";
import { midnightAfter, midnightBefore, midnights } from "../text/clock";

/** A span of moments, in ms since the Unix epoch. */
export type Range = readonly [from: number, to: number];

/** Returns what charts show: the whole run, or the day of the time shown. */
export function rangeOf(page: Page): Range {
  const epochMs = epochOf(page);
  const lastMs = epochMs + (page.snapshot?.run.duration_ms ?? 1);
  if (!page.place.day) return [epochMs, lastMs];
  const from = midnightBefore(Math.min(epochMs + page.atMs, lastMs - 1));
  return [from, midnightAfter(from)];
}

export function noons([from, to]: Range): number[] {
  return midnights(from, to)
    .map((midnight) => (midnight + midnightAfter(midnight)) / 2)
    .filter((noon) => noon < to);
}

export function every([from, to]: Range, stepMs: number): number[] {
  return Array.from({ length: Math.floor((to - from) / stepMs) }, (_, i) => from + i * stepMs);
}
