// Lines for charts. Each is made again only when what it is drawn from has changed.

import type { Gauge } from "../api/measures";
import { epochOf, type Page } from "../state/page";
import { type Counts, counts } from "../state/snapshot";
import { HOUR_MS } from "../text/clock";
import { say, type Word } from "../text/words";

/** Moments in ms since the Unix epoch; null where there is a gap. */
export interface Points {
  times: readonly number[];
  values: readonly (number | null)[];
}

/** Blue and orange mean where a party is from; ink, quiet and over mean nothing of the kind. */
export type Colour = "domestic" | "overseas" | "ink" | "quiet" | "over" | "run-a" | "run-b";

export interface Line extends Points {
  name: string;
  colour: Colour;
  /**
   * `hours` hold for the hour that they begin, and the last point only ends the one before; `line` joins the points;
   * `limit` is a bound that somebody set.
   */
  look: "hours" | "line" | "limit";
}

type Look = Pick<Line, "name" | "colour">;

/** The lines made last, each under what it shows: a chart compares values by identity. */
const made = new Map<string, { of: unknown; hour: number; line: Line }>();

/** Returns a series by hour of the snapshot as a line. */
export function hourly(page: Page, path: string, look: Look): Line {
  const byHour = page.snapshot ? counts(page.snapshot, path) : {};
  return cached(`${path} ${look.name} ${look.colour}`, byHour, page, () => ({
    ...hours(page, byHour),
    ...look,
    look: "hours",
  }));
}

/** Returns the course of a gauge as a line, minute by minute: a plot draws the reach of those that share a pixel. */
export function course(page: Page, gauge: Gauge, look: Look): Line {
  return cached(`${gauge} ${look.name} ${look.colour}`, page.trace?.seen, page, () => {
    const epochMs = epochOf(page);
    const { times, values } = page.trace?.line(gauge, 0, page.atMs) ?? { times: [], values: [] };
    return { times: times.map((ms) => epochMs + ms), values, ...look, look: "line" };
  });
}

/** Returns the lines of a series that the backend keeps by origin; `abroad` is its word for what is not domestic. */
export function byOrigin(page: Page, path: string, abroad: Word): Line[] {
  return (["domestic", "overseas"] as const).map((origin) => {
    const name = say(page.language, origin === "domestic" ? origin : abroad);
    return hourly(page, `${path}.${origin}`, { name, colour: origin });
  });
}

/** Returns a bound as a dashed line across the chart. */
export function limit(page: Page, value: number, name: string): Line {
  const { duration_ms = 1 } = page.snapshot?.run ?? {};
  const epochMs = epochOf(page);
  const times = [epochMs, epochMs + duration_ms];
  return cached(`limit ${name}`, value, page, () => ({
    times,
    values: [value, value],
    name,
    colour: "quiet",
    look: "limit",
  }));
}

/** Returns counts by hour from the run's beginning to the time shown; the hour under way reaches only to it. */
function hours(page: Page, byHour: Counts): Points {
  const epochMs = epochOf(page);
  const under = Math.max(0, Math.ceil(page.atMs / HOUR_MS) - 1);
  const times: number[] = [];
  const values: number[] = [];
  for (let hour = 0; hour <= under; hour++) {
    times.push(epochMs + hour * HOUR_MS);
    values.push(byHour[String(hour)] ?? 0);
  }
  times.push(epochMs + Math.max(page.atMs, under * HOUR_MS + 1));
  values.push(byHour[String(under)] ?? 0);
  return { times, values };
}

function cached(key: string, of: Counts | number | undefined, page: Page, make: () => Line): Line {
  const hour = Math.ceil(page.atMs / HOUR_MS);
  const id = `${page.watched} ${page.place.day} ${key}`;
  const before = made.get(id);
  if (before && before.of === of && before.hour === hour) return before.line;
  const line = make();
  made.set(id, { of, hour, line });
  return line;
}
