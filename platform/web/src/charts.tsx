// The charts of the fair: each a question, its lines, and the words at them.

import { Chart, type Line } from "./chart";
import type { As } from "./format";
import { byOrigin, course, hourly, limit } from "./lines";
import type { Page } from "./store";
import { type Word, say } from "./text";
import type { Gauge } from "./trace";

type Of<Path> = readonly [path: Path, name: Word, colour: Line["colour"]];

/** Counts by hour. */
export function Hours({ page, title, of, as }: { page: Page; title: Word; of: readonly Of<string>[]; as?: As }) {
  const lines = of.map(([path, name, colour]) => hourly(page, path, { name: say(page.language, name), colour }));
  return <Chart page={page} title={say(page.language, title)} lines={lines} {...(as ? { as } : {})} />;
}

/** Counts by hour of each origin. */
export function Origins({ page, title, of, resting }: { page: Page; title: Word; of: string; resting?: Word }) {
  const { language } = page;
  return (
    <Chart page={page} title={say(language, title)} lines={byOrigin(page, of)} {...(resting ? { resting: say(language, resting) } : {})} />
  );
}

/** Gauges over time, with a bound that was set on them. */
export function Course({ page, title, of, bound = 0 }: { page: Page; title: Word; of: readonly Of<Gauge>[]; bound?: number }) {
  const { language } = page;
  const lines = of.map(([gauge, name, colour]) => course(page, gauge, { name: say(language, name), colour }));
  if (bound > 0) lines.push(limit(page, bound, say(language, "allowed")));
  return <Chart page={page} title={say(language, title)} lines={lines} resting={say(language, "resting_minutes")} />;
}
