// Two runs side by side: the run watched (A) and another (B), measure by measure, and hour by hour.

import { go } from "./actions";
import { Chart, type Line, epochOf } from "./chart";
import { HOUR_MS, moment } from "./clock";
import { percent, shown, signed } from "./format";
import { Part } from "./parts";
import { type Counts, type Snapshot, amount, counts } from "./snapshot";
import type { Pair, Page } from "./store";
import { nameOfMeasure, say } from "./text";
import { measures } from "./text/names";

/** What is told of two runs, beside each other. */
const TOLD = [
  "negotiations.initiated",
  "negotiations.initiated_overseas",
  "negotiations.lapse_share",
  "negotiations.waited_p50_s",
  "negotiations.waited_p90_s",
  "negotiations.held",
  "visits.started",
  "visits.online_peak",
  "streams.views",
  "streams.viewers_peak",
  "programme.attended",
  "programme.turned_away",
  "venue.entered",
  "venue.inside_peak",
  "venue.refused",
  "agreements.signed",
  "agreements.value_usd",
  "projects.published",
];
const SERIES = "negotiations.per_hour.";
const ORIGINS = ["domestic", "overseas"] as const;

export function SideBySide({ page, pair }: { page: Page; pair: Pair }) {
  const { language } = page;
  const { both, feed } = pair;
  const places = { a: page.watched ?? "", b: pair.other };
  const waits = feed.name === "unreadable" ? feed.why : say(language, "feed_connecting");
  const when = both ? moment(language, epochOf(page) + pair.atMs) : waits;
  return (
    <Part title={say(language, "pair_title", places)} about={when} wide>
      <button type="button" class="link" onClick={() => go({ pick: null })}>
        {say(language, "pair_close")}
      </button>
      {both && (
        <div class="pair">
          <table data-pair={pair.other}>
            <thead>
              <tr>
                <th scope="col">{say(language, "column_measure")}</th>
                <th scope="col" class="run-a">
                  A
                </th>
                <th scope="col" class="run-b">
                  B
                </th>
                <th scope="col">{say(language, "column_difference")}</th>
                <th scope="col">{say(language, "column_b_of_a")}</th>
              </tr>
            </thead>
            <tbody>
              {TOLD.map((path) => {
                const as = measures[path]?.[2] ?? "count";
                const { difference = 0, ratio } = both.difference[path] ?? {};
                return (
                  <tr key={path} data-measure-of-both={path}>
                    <th scope="row">{nameOfMeasure(language, path)}</th>
                    <td>{shown(language, amount(both.a, path), as)}</td>
                    <td>{shown(language, amount(both.b, path), as)}</td>
                    <td>{signed(language, difference, as)}</td>
                    <td>{ratio === undefined ? say(language, "none_yet") : percent(language, ratio, 1)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
          <div>
            {ORIGINS.map((origin) => (
              <Chart
                key={origin}
                page={page}
                title={say(language, `pair_${origin}`)}
                lines={[line(page, both.a, SERIES + origin, "A", "domestic"), line(page, both.b, SERIES + origin, "B", "run-b")]}
              />
            ))}
          </div>
        </div>
      )}
    </Part>
  );
}

const made = new Map<string, { of: Counts; line: Line }>();

function line(page: Page, snapshot: Snapshot, path: string, name: string, colour: Line["colour"]): Line {
  const of = counts(snapshot, path);
  const key = `${path} ${name}`;
  const before = made.get(key);
  if (before?.of === of) return before.line;
  const last = Math.max(0, ...Object.keys(of).map(Number));
  const epochMs = epochOf(page);
  const hours = Array.from({ length: last + 1 }, (_, hour) => hour);
  const line: Line = {
    times: hours.map((hour) => epochMs + hour * HOUR_MS),
    values: hours.map((hour) => of[String(hour)] ?? 0),
    name,
    colour,
    look: "hours",
  };
  made.set(key, { of, line });
  return line;
}
