// What the language defines of measures: their formats, and the gauges.

import { FORMATS, GAUGES, KEYS, LIMITS, OF } from "./generated/facts";

/** People for each m² of stand space from which a zone is busy, and crowded. */
export const DENSITY_LIMITS = LIMITS.density;
export { GAUGES, KEYS };
/** A measure whose course over time the backend keeps. */
export type Gauge = (typeof GAUGES)[number];
type Format = (typeof FORMATS)[keyof typeof FORMATS] | "count";

/** Returns the format of a measure; parts of a breakdown are counts. */
export function formatOf(path: string): Format {
  return (FORMATS as Partial<Record<string, Format>>)[path] ?? "count";
}

export function isGauge(path: string): path is Gauge {
  return (GAUGES as readonly string[]).includes(path);
}

/** Returns the paths of what a mean, a quantile or a share is of: one, or another that is less; else none. */
export function countedBy(path: string): readonly string[] {
  return (OF as Partial<Record<string, readonly string[]>>)[path] ?? [];
}
