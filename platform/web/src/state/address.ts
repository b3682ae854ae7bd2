// The address holds what a link has to carry: the run, the view, the time shown, and what the view is narrowed to.

import { asAddress, fromAddress } from "../text/clock";

export const VIEWS = [
  "overview",
  "negotiations",
  "venue",
  "programme",
  "platform",
  "results",
  "comparison",
  "runs",
] as const;
export type View = (typeof VIEWS)[number];
/** How slow and how fast the backend plays a run again, in simulated seconds a second. */
const [SLOWEST, FASTEST] = [0.1, 100_000];

export interface Place {
  /** Null to follow the latest. */
  run: string | null;
  view: View;
  /** The time shown, as the address writes it; null to follow the run. */
  at: string | null;
  /** What the address writes as the time shown, and is none; null where it does not. */
  misread: string | null;
  /** How fast the page plays on from there, in simulated seconds a second; null where it is paused, or live. */
  speed: number | null;
  /** Whether charts show only the day at hand. */
  day: boolean;
  /** What the view is narrowed to: an economy, a negotiation, another run. */
  pick: string | null;
  /** Whether the page fills a wall: without controls, its views in turn. */
  wall: boolean;
}

/** Returns the place that an address names, without what this page does not know. */
export function placeOf(search: string): Place {
  const words = new URLSearchParams(search);
  const view = VIEWS.find((name) => name === words.get("view")) ?? "overview";
  const speed = Number(words.get("speed"));
  const written = words.get("at");
  const at = written !== null && fromAddress(written) !== null ? written : null;
  return {
    run: words.get("run"),
    view,
    at,
    misread: at === null ? written : null,
    speed: at !== null && speed > 0 ? Math.min(FASTEST, Math.max(SLOWEST, speed)) : null,
    day: words.get("span") === "day",
    pick: words.get("pick"),
    wall: words.has("wall"),
  };
}

/** Returns the address of a place. */
export function addressOf(place: Place): string {
  const words = new URLSearchParams();
  if (place.run !== null) words.set("run", place.run);
  if (place.view !== "overview") words.set("view", place.view);
  if (place.at !== null) words.set("at", place.at);
  if (place.speed !== null) words.set("speed", String(place.speed));
  if (place.day) words.set("span", "day");
  if (place.pick !== null) words.set("pick", place.pick);
  if (place.wall) words.set("wall", "");
  const search = words
    .toString()
    .replace(/wall=$/, "wall")
    .replaceAll("%3A", ":");
  return search ? `?${search}` : location.pathname;
}

/** Returns the simulated time of a moment in the address, in a run that began at `epochMs`; null where it is none. */
export function msOf(at: string, epochMs: number): number | null {
  const ms = fromAddress(at);
  return ms === null ? null : Math.max(0, ms - epochMs);
}

/** Returns how the address writes a simulated time: the fair's own date and time. */
export function atOf(atMs: number, epochMs: number): string {
  return asAddress(epochMs + atMs);
}
