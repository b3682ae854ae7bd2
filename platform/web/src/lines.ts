// Lines for charts, made again only when what they are drawn from has changed.

import { type Line, epochOf, hours } from "./chart";
import { HOUR_MS } from "./clock";
import { type Counts, counts } from "./snapshot";
import type { Page } from "./store";
import { say } from "./text";
import type { Gauge } from "./trace";

type Look = Pick<Line, "name" | "colour">;

/** The lines made last, each under what it shows: `draw` compares values by identity. */
const made = new Map<string, { of: unknown; hour: number; line: Line }>();
const TRACE_STEP_MS = 10 * 60_000;

/** Returns a series by hour of the snapshot as a line. */
export function hourly(page: Page, path: string, look: Look): Line {
  const byHour = page.snapshot ? counts(page.snapshot, path) : {};
  return kept(`${path} ${look.name}`, byHour, page, () => ({ ...hours(page, byHour), ...look, look: "hours" }));
}

/** Returns the course of a gauge as a line. */
export function course(page: Page, gauge: Gauge, look: Look): Line {
  return kept(`${gauge} ${look.name}`, page.trace?.seen, page, () => {
    const epochMs = epochOf(page);
    const step = page.place.day ? 60_000 : TRACE_STEP_MS;
    const { times, values } = page.trace?.line(gauge, 0, page.atMs, step) ?? { times: [], values: [] };
    return { times: times.map((ms) => epochMs + ms), values, ...look, look: "line" };
  });
}

/** Returns the lines of a series that is kept by origin. */
export function byOrigin(page: Page, path: string): Line[] {
  return (["domestic", "overseas"] as const).map((origin) =>
    hourly(page, `${path}.${origin}`, { name: say(page.language, origin), colour: origin }),
  );
}

/** Returns a bound as a dashed line across the chart. */
export function limit(page: Page, value: number, name: string): Line {
  const { duration_ms = 1 } = page.snapshot?.run ?? {};
  const epochMs = epochOf(page);
  const times = [epochMs, epochMs + duration_ms];
  return kept(`limit ${name}`, value, page, () => ({ times, values: [value, value], name, colour: "quiet", look: "limit" }));
}

function kept(key: string, of: Counts | number | undefined, page: Page, make: () => Line): Line {
  const hour = Math.ceil(page.atMs / HOUR_MS);
  const id = `${page.watched} ${page.place.day} ${key}`;
  const before = made.get(id);
  if (before && before.of === of && before.hour === hour) return before.line;
  const line = make();
  made.set(id, { of, hour, line });
  return line;
}
