// The days of a programme: what begins in the small hours is of the night after the day before, where visitors look for it.

import type { Session } from "../../api/types";
import { hourAt, midnightBefore } from "../../text/clock";

/** What begins before this hour is of the night after the day before; `fair new` reckons with the same. */
const NIGHT_H = 5;

/** A day of a programme, with its night. */
interface Day {
  /** With which it begins. */
  midnight: number;
  sessions: Session[];
  /** With which its night ends, since the epoch. */
  endMs: number;
}

/**
 * Returns the day of a programme in which a moment lies: in the small hours that of the day before, until the last
 * session of its night is over.
 */
export function programmeDay(epochMs: number, atMs: number, sessions: readonly Session[]): Day {
  const now = epochMs + Math.max(0, atMs - 1);
  const midnight = midnightBefore(now);
  if (midnight <= epochMs) return dayOf(epochMs, midnight, sessions);
  const before = dayOf(epochMs, midnightBefore(midnight - 1), sessions);
  const night = before.sessions.filter(({ starts_ms }) => epochMs + starts_ms >= midnight);
  const isNight = night.some(({ closed_ms, ends_ms }) => now < epochMs + (closed_ms ?? ends_ms));
  return isNight && now < epochMs + before.endMs ? before : dayOf(epochMs, midnight, sessions);
}

function dayOf(epochMs: number, midnight: number, sessions: readonly Session[]): Day {
  const nightMs = hourAt(midnight, NIGHT_H) - epochMs;
  const endMs = hourAt(midnight, 24 + NIGHT_H) - epochMs;
  const isFirst = midnight <= epochMs;
  const begins = isFirst ? 0 : nightMs;
  return { midnight, endMs, sessions: sessions.filter(({ starts_ms }) => starts_ms >= begins && starts_ms < endMs) };
}
