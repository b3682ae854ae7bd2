// The small parts that views are made of: a measure, facts, bars, a table.

import type { ComponentChildren } from "preact";
import type { Role, Row } from "./api";
import { HOUR_MS, midnightBefore } from "./clock";
import { epochOf } from "./chart";
import { full, number, shown } from "./format";
import { type Counts, amount, counts, largest } from "./snapshot";
import type { Page } from "./store";
import { type Language, type Word, nameOfMeasure, say, term } from "./text";
import { measures } from "./text/names";
import { isGauge } from "./trace";

const REPORTED: Record<Row["op"], Word> = {
  "=": "of_reported",
  ">": "of_reported_gt",
  "<": "of_reported_lt",
  "~": "of_reported_about",
};
export const ROLES: Record<Role, Word> = {
  input: "role_input",
  calibrated: "role_calibrated",
  "held out": "role_held_out",
  emergent: "role_emergent",
};
const SPARK = { width: 100, height: 24, step_ms: 10 * 60_000 } as const;

/** A measure of the snapshot: its number, written as the measure is; in full for whoever points at it. */
export function Measure({ page, of }: { page: Page; of: string }) {
  const value = page.snapshot ? amount(page.snapshot, of) : 0;
  return (
    <span data-measure={of} title={full(page.language, value)}>
      {shown(page.language, value, measures[of]?.[2] ?? "count")}
    </span>
  );
}

/** A name and a number. */
export function Fact({ page, of }: { page: Page; of: string }) {
  return (
    <div class="fact">
      <dt>{nameOfMeasure(page.language, of)}</dt>
      <dd>
        <Measure page={page} of={of} />
      </dd>
    </div>
  );
}

/** Several facts. */
export function Facts({ page, of }: { page: Page; of: readonly string[] }) {
  return (
    <dl class="facts">
      {of.map((path) => (
        <Fact key={path} page={page} of={path} />
      ))}
    </dl>
  );
}

/** A sentence in which measures stand. */
export function Note({ page, word, of }: { page: Page; word: Word; of: Record<string, string> }) {
  const parts = say(page.language, word, Object.fromEntries(Object.keys(of).map((name) => [name, `\u0000${name}\u0000`])));
  return (
    <span>
      {parts.split("\u0000").map((part) => (of[part] ? <Measure page={page} of={of[part]} /> : part))}
    </span>
  );
}

/** The day of the instant shown, in lines without axes. */
export function Spark({ page, of }: { page: Page; of: string | readonly string[] }) {
  const lines = (typeof of === "string" ? [of] : of).map((path) => ({ path, points: dayOf(page, path) }));
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const drawn = (points: [x: number, y: number][]): string =>
    points.map(([x, y]) => `${round(x * SPARK.width)},${round(SPARK.height * (1 - (0.92 * y) / most))}`).join("L");
  return (
    <dd class="spark" aria-hidden="true">
      <svg viewBox={`0 0 ${SPARK.width} ${SPARK.height}`} preserveAspectRatio="none">
        {lines.map(
          ({ path, points }) => points.length > 1 && <path key={path} d={`M${drawn(points)}`} style={{ "--line": colourOf(path) }} />,
        )}
      </svg>
    </dd>
  );
}

/** Returns the colour of an origin; ink for all else. */
function colourOf(path: string): string {
  const name = path.slice(path.lastIndexOf(".") + 1);
  return name === "domestic" || name === "overseas" ? `var(--${name})` : name === "on_site" ? "var(--quiet)" : "var(--ink)";
}

/** Returns the points of the day: the share of it that has passed, and the value there. */
function dayOf(page: Page, of: string): [x: number, y: number][] {
  const epochMs = epochOf(page);
  const from = midnightBefore(epochMs + page.atMs - 1) - epochMs;
  const placeOf = (ms: number): number => (ms - from) / (24 * HOUR_MS);
  const byHour = page.snapshot ? counts(page.snapshot, of) : {};
  if (isGauge(of)) {
    const { times, values } = page.trace?.line(of, from, page.atMs, SPARK.step_ms) ?? { times: [], values: [] };
    return times.map((ms, i) => [placeOf(ms), values[i] ?? 0]);
  }
  const first = from / HOUR_MS;
  const passed = Math.ceil((page.atMs - from) / HOUR_MS);
  return Array.from({ length: passed }, (_, i) => [(i + 0.5) / 24, byHour[String(first + i)] ?? 0]);
}

interface BarsProps {
  page: Page;
  /** A breakdown of the snapshot. */
  of: string;
  most?: number;
  named?: (name: string) => string;
}

/** A breakdown as bars, the largest first. */
export function Bars({ page, of, most = 12, named }: BarsProps) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  return <BarList page={page} of={of} entries={largest(counts(snapshot, of), most)} named={named ?? ((name) => term(language, name))} />;
}

/** A breakdown as bars, in the order given. */
export function BarList({
  page,
  of,
  entries,
  named,
}: {
  page: Page;
  of: string;
  entries: readonly [string, number][];
  named: (name: string) => string;
}) {
  const most = Math.max(1, ...entries.map(([, value]) => value));
  return (
    <ol class="bars">
      {entries.map(([name, value]) => (
        <li key={name}>
          <span class="name">{named(name)}</span>
          <span class="bar" aria-hidden="true" style={{ "--value": share(value / most) }} />
          <span class="amount" data-measure={`${of}.${name}`}>
            {shown(page.language, value, "count")}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** A sentence of the backend: in the reader's language where the page has it, else marked as English. */
export function Told({ language, own, children }: { language: Language; own: string | undefined; children: string }) {
  return <span lang={own === undefined && language !== "en" ? "en" : undefined}>{own ?? children}</span>;
}

/** Why the backend did not do what it was asked: in its own words, marked as English; "" where it did not answer. */
export function Fault({ language, why }: { language: Language; why: string | null }) {
  if (why === null) return null;
  return (
    <p class="fault" role="alert">
      {why === "" ? say(language, "no_answer") : <span lang="en">{why}</span>}
    </p>
  );
}

/** The head of a table. */
export function Columns({ language, of, more }: { language: Language; of: readonly Word[]; more?: ComponentChildren }) {
  return (
    <thead>
      <tr>
        {of.map((word) => (
          <th key={word} scope="col">
            {say(language, word)}
          </th>
        ))}
        {more}
      </tr>
    </thead>
  );
}

/** A part of a view with its title. */
export function Part({
  title,
  about,
  wide,
  children,
}: {
  title: string;
  about?: string;
  wide?: boolean;
  children: ComponentChildren;
}) {
  return (
    <section class={wide ? "part wide" : "part"}>
      <div class="title">
        <h3>{title}</h3>
        {about && <p>{about}</p>}
      </div>
      {children}
    </section>
  );
}

/** Returns the rows of the comparison, as they were last answered. */
export function rowsOf(page: Page): readonly Row[] {
  const answer = page.answers["comparison"] as { rows: Row[] } | undefined;
  return answer?.rows ?? NO_ROWS;
}
const NO_ROWS: readonly Row[] = [];

export function reported(language: Language, row: Row): string {
  const value = typeof row.reported === "number" ? number(language, row.reported) : (row.reported ?? "");
  return say(language, REPORTED[row.op], { value });
}

/** Returns the numbers that a value's line and the mark of its bound are drawn from. */
export function reach(value: number, bound: number, headroom: number): Record<string, string> {
  const whole = Math.max(bound * headroom, value);
  return { "--value": share(value / whole), "--reported": share(bound / whole) };
}

/** Returns a share (0..1) as it is drawn: what no eye sees changes nothing. */
export function share(of: number): string {
  return of.toFixed(3);
}

/** Returns the sum of a breakdown's parts, for drawing them side by side; no measure. */
export function whole(counts: Counts): number {
  return Object.values(counts).reduce((sum, part) => sum + part, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
