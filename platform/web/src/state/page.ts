// Everything that the page shows. Views are functions of it.

import type { FeedState, Lags } from "../api/feed";
import type { Kind, Scenarios } from "../api/forms";
import type { Run } from "../api/types";
import type { Language } from "../text/words";
import type { Place } from "./address";
import type { Snapshot } from "./snapshot";
import type { Trace } from "./trace";

export type Theme = "light" | "dark";

export interface Page {
  language: Language;
  theme: Theme;
  place: Place;
  /** Newest first; null until the backend has answered. */
  runs: Run[] | null;
  /** The run whose feed is open. */
  watched: string | null;
  feed: FeedState;
  /** How the feed stands that brings moments of the past; null where the page follows the run. */
  playback: FeedState | null;
  snapshot: Snapshot | null;
  /** The simulated time that is shown. */
  atMs: number;
  /** Whether the time that the address names is still on its way. */
  seeking: boolean;
  /** How fast the page plays when it plays. */
  speed: number;
  /** How far the run has come, whatever time is shown. */
  headMs: number;
  /** The latest snapshot of the run itself, whatever time is shown: the time bar is drawn from it. */
  live: Snapshot | null;
  lags: Lags | null;
  /** The cap on people inside that any fair has, where nobody stated one; null where somebody did. */
  defaultCap: number | null;
  trace: Trace | null;
  /** The backend's answers over HTTP, by path. */
  answers: Readonly<Record<string, unknown>>;
  /** The run watched beside another one. */
  pair: Pair | null;
  /** What the start of a run may change; null until the backend has answered. */
  scenarios: Scenarios | null;
  /** What was entered of a run to start: the fields by name, and what differs from the scenario, by parameter. */
  draft: Draft;
  /** What can disrupt a run; null until the backend has answered. */
  disruptions: Kind[] | null;
  /** Whether the backend refused for lack of a token. */
  locked: boolean;
  /** Whether single letters and digits are keys of the page. */
  letters: boolean;
  /** Whether the search is open. */
  search: boolean;
  /** Whether the list of keys is open. */
  help: boolean;
}

export interface Draft {
  fields: Readonly<Record<string, string>>;
  changes: Readonly<Record<string, string>>;
}

/** Two runs at the time that both have reached. */
export interface Pair {
  other: string;
  feed: FeedState;
  atMs: number;
  both: Both | null;
}

export interface Both {
  a: Snapshot;
  b: Snapshot;
  /** By the path of the measure. */
  difference: Record<string, { difference?: number; ratio?: number; chance?: number }>;
}

/** Returns the moment of simulated time 0, in ms since the Unix epoch. */
export function epochOf({ snapshot }: Page): number {
  return snapshot === null ? 0 : Date.parse(snapshot.run.epoch);
}

/** Returns the run that is watched, as the list of runs has it. */
export function runOf({ runs, watched }: Page): Run | undefined {
  return runs?.find(({ id }) => id === watched);
}
