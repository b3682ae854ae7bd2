// The day of the time shown, in lines without axes.

import { isGauge } from "../api/measures";
import { epochOf, type Page } from "../state/page";
import { counts } from "../state/snapshot";
import { HOUR_MS, MINUTE_MS, midnightAfter, midnightBefore } from "../text/clock";

type Point = readonly [x: number, y: number];

const WIDTH = 100;
const HEIGHT = 24;
const STEP_MS = 10 * MINUTE_MS;
/** How much of the height the largest value takes. */
const REACH = 0.92;

export function Spark({ page, of }: { page: Page; of: string | readonly string[] }) {
  const lines = (typeof of === "string" ? [of] : of).map((path) => ({ path, points: dayOf(page, path) }));
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const drawn = (points: readonly Point[]): string =>
    points.map(([x, y]) => `${rounded(x * WIDTH)},${rounded(HEIGHT * (1 - (REACH * y) / most))}`).join("L");
  return (
    <dd class="spark" aria-hidden="true">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
        {lines.map(
          ({ path, points }) =>
            points.length > 1 && <path key={path} d={`M${drawn(points)}`} style={{ "--line": colourOf(path) }} />,
        )}
      </svg>
    </dd>
  );
}

/** Returns the colour of an origin; ink for all else. */
function colourOf(path: string): string {
  const name = path.slice(path.lastIndexOf(".") + 1);
  return name === "domestic" || name === "overseas"
    ? `var(--${name})`
    : name === "on_site"
      ? "var(--quiet)"
      : "var(--ink)";
}

/** Returns the points of the day: the share of it that has passed, and the value there. */
function dayOf(page: Page, of: string): Point[] {
  const epochMs = epochOf(page);
  const from = midnightBefore(epochMs + page.atMs - 1) - epochMs;
  const lengthMs = midnightAfter(epochMs + from) - epochMs - from;
  if (isGauge(of)) {
    const { times, values } = page.trace?.line(of, from, page.atMs, STEP_MS) ?? { times: [], values: [] };
    return times.map((ms, i) => [(ms - from) / lengthMs, values[i] ?? 0]);
  }
  const byHour = page.snapshot ? counts(page.snapshot, of) : {};
  const first = from / HOUR_MS;
  const passed = Math.ceil((page.atMs - from) / HOUR_MS);
  return Array.from({ length: passed }, (_, i) => [((i + 0.5) * HOUR_MS) / lengthMs, byHour[String(first + i)] ?? 0]);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
