// The address holds what a link has to carry: the run, the view, the instant, and how the view is filtered.

import { fromWords, inWords } from "./clock";

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

export interface Place {
  /** Null to follow the latest. */
  run: string | null;
  view: View;
  /** The instant shown, as it is written in the address; null to follow the run. */
  at: string | null;
  /** How fast the page plays on from there, in simulated seconds a second; null where it stands still, or is live. */
  speed: number | null;
  /** Whether charts show the day at hand alone. */
  day: boolean;
  /** What the view is narrowed to: an economy, a negotiation, another run. */
  pick: string | null;
}

/** Returns the place that an address names; what it does not know is left out. */
export function placeOf(search: string): Place {
  const words = new URLSearchParams(search);
  const view = VIEWS.find((name) => name === words.get("view")) ?? "overview";
  const speed = Number(words.get("speed"));
  return {
    run: words.get("run"),
    view,
    at: words.get("at"),
    speed: words.has("at") && speed > 0 ? speed : null,
    day: words.get("span") === "day",
    pick: words.get("pick"),
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
  const search = words.toString().replaceAll("%3A", ":");
  return search ? `?${search}` : location.pathname;
}

/** Returns the simulated ms of a moment in the address, in a run that began at `epochMs`; null where it is none. */
export function instantOf(at: string, epochMs: number): number | null {
  const ms = fromWords(at);
  return ms === null ? null : Math.max(0, ms - epochMs);
}

/** Returns how the address writes a simulated instant: the fair's own date and time. */
export function wordsOf(atMs: number, epochMs: number): string {
  return inWords(epochMs + atMs);
}
