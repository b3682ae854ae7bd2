// A run's snapshot, as the backend sends it. `fairfacts` defines the measures; the page computes none.

import { countedBy } from "../api/measures";

export type Counts = Record<string, number>;

export interface Snapshot {
  run: {
    scenario: string;
    seed: number;
    scale: number;
    epoch: string;
    /** IANA name; empty where the epoch has an offset alone. */
    time_zone: string;
    duration_ms: number;
    phase: "before" | "open" | "closed" | "ended";
  };
  [part: string]: Record<string, unknown>;
}

/** Returns the measure at a path of the snapshot, such as `negotiations.initiated`; undefined where the run has none. */
export function measure(snapshot: Snapshot, path: string): unknown {
  let value: unknown = snapshot;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Returns a measure that is a number; 0 before the first count. */
export function amount(snapshot: Snapshot, path: string): number {
  const value = measure(snapshot, path);
  return typeof value === "number" ? value : 0;
}

/** Returns whether a measure is a mean, a quantile or a share of nothing: its 0 then says nothing. */
export function isOfNothing(snapshot: Snapshot, path: string): boolean {
  const [first, second] = countedBy(path);
  return first !== undefined && amount(snapshot, first) === (second === undefined ? 0 : amount(snapshot, second));
}

const NONE: Counts = {};

/** Returns a measure that is broken down by name or number; the same object as long as it does not change. */
export function counts(snapshot: Snapshot, path: string): Counts {
  const value = measure(snapshot, path);
  return typeof value === "object" && value !== null ? (value as Counts) : NONE;
}

/** Returns a measure that is broken down twice. */
export function table(snapshot: Snapshot, path: string): Readonly<Record<string, Counts>> {
  return (measure(snapshot, path) as Record<string, Counts> | undefined) ?? {};
}

/** Returns the entries of a breakdown, the largest first. */
export function largest(counts: Counts, most = Number.POSITIVE_INFINITY): [name: string, amount: number][] {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .slice(0, most);
}

/** Returns the entries of a measure that is an object of objects, such as the alarms. */
export function entriesOf<T>(snapshot: Snapshot, path: string): Record<string, T> {
  return (measure(snapshot, path) as Record<string, T> | undefined) ?? {};
}
