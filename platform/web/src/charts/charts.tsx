// The charts of the fair: each a question, its lines, and the words at them.

import type { Gauge } from "../api/measures";
import type { Page } from "../state/page";
import type { Format } from "../text/format";
import { say, type Word } from "../text/words";
import { Chart } from "./chart";
import { byOrigin, type Colour, course, hourly, limit } from "./lines";
import { courseSource, measureSource } from "./source";

type Of<Path> = readonly [path: Path, name: Word, colour: Colour];

/** Counts by hour. */
export function Hours({
  page,
  title,
  of,
  format,
}: {
  page: Page;
  title: Word;
  of: readonly Of<string>[];
  format?: Format;
}) {
  const lines = of.map(([path, name, colour]) => hourly(page, path, { name: say(page.language, name), colour }));
  const source = measureSource(
    page,
    of.map(([path]) => path),
  );
  return (
    <Chart
      page={page}
      title={say(page.language, title)}
      lines={lines}
      source={source}
      {...(format ? { format } : {})}
    />
  );
}

/**
 * Counts by hour of each origin. A negotiation is overseas if either party is from abroad; where a series goes by one
 * person's own economy, `abroad` says so.
 */
export function Origins({
  page,
  title,
  of,
  resting,
  abroad = "overseas",
}: {
  page: Page;
  title: Word;
  of: string;
  resting?: Word;
  abroad?: Word;
}) {
  const { language } = page;
  const about = resting ? { resting: say(language, resting) } : {};
  const source = measureSource(page, [of]);
  return (
    <Chart page={page} title={say(language, title)} lines={byOrigin(page, of, abroad)} source={source} {...about} />
  );
}

/** Gauges over time, with a bound that somebody set on them. */
export function Courses({
  page,
  title,
  of,
  bound = 0,
}: {
  page: Page;
  title: Word;
  of: readonly Of<Gauge>[];
  bound?: number;
}) {
  const { language } = page;
  const lines = of.map(([gauge, name, colour]) => course(page, gauge, { name: say(language, name), colour }));
  if (bound > 0) lines.push(limit(page, bound, say(language, "allowed")));
  const source = courseSource(
    page,
    of.map(([path]) => path),
  );
  const resting = say(language, "resting_minutes");
  return <Chart page={page} title={say(language, title)} lines={lines} source={source} resting={resting} />;
}
