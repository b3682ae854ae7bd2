// Two runs side by side: the run watched (A) and another (B), measure by measure, and hour by hour.

import { formatOf } from "../../api/measures";
import type { Run } from "../../api/types";
import { Chart } from "../../charts/chart";
import type { Line } from "../../charts/lines";
import type { Cell, Rows } from "../../charts/rows";
import { answerSource } from "../../charts/source";
import { go } from "../../state/actions";
import { type Both, epochOf, type Page, type Pair } from "../../state/page";
import { amount, type Counts, counts, isOfNothing, type Snapshot } from "../../state/snapshot";
import { HOUR_MS, moment } from "../../text/clock";
import { percent, signed, within } from "../../text/format";
import { nameOfMeasure, nameOfScenario } from "../../text/names";
import { type Language, named, say } from "../../text/words";
import { writtenOf } from "../../ui/measure";
import { Part } from "../../ui/part";
import { ownName } from "./parameters";

/** The measures of two runs that stand beside each other. */
const COMPARED = [
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
  const none = say(language, "none_yet");
  const places = { a: page.watched ?? "", b: pair.other };
  const waits = feed.name === "unreadable" ? feed.why : say(language, "feed_connecting");
  const when = both ? moment(language, epochOf(page) + pair.atMs) : waits;
  return (
    <Part
      title={say(language, "pair_title", places)}
      about={when}
      wide
      source={answerSource(page, againstPath(pair))}
      rows={() => takenOf(page, both)}
    >
      <button type="button" class="link" onClick={() => go({ pick: null })}>
        {say(language, "pair_close")}
      </button>
      {both && <Differences page={page} pair={pair} both={both} />}
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
                <th scope="col">{say(language, "column_chance")}</th>
                <th scope="col">{say(language, "column_b_of_a")}</th>
              </tr>
            </thead>
            <tbody>
              {COMPARED.map((path) => {
                const format = formatOf(path);
                const { difference = 0, ratio, chance } = both.difference[path] ?? {};
                const isBeyond = chance !== undefined && isComparable(both, path) && Math.abs(difference) > chance;
                return (
                  <tr key={path} data-measure-of-both={path} data-beyond={isBeyond || undefined}>
                    <th scope="row">{nameOfMeasure(language, path)}</th>
                    <td>{writtenOf(language, both.a, path)}</td>
                    <td>{writtenOf(language, both.b, path)}</td>
                    <td>{isComparable(both, path) ? signed(language, difference, format) : none}</td>
                    <td>
                      {chance === undefined || !isComparable(both, path) ? none : within(language, chance, format)}
                    </td>
                    <td>
                      {ratio === undefined || !isComparable(both, path) || format === "share"
                        ? none
                        : percent(language, ratio, 1)}
                    </td>
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
                source={answerSource(page, againstPath(pair))}
                lines={[
                  line(page, both.a, SERIES + origin, "A", "run-a"),
                  line(page, both.b, SERIES + origin, "B", "run-b"),
                ]}
              />
            ))}
          </div>
        </div>
      )}
    </Part>
  );
}

/** Returns what is taken of two runs as CSV: nothing of what is of nothing, and no difference of runs at unlike scales. */
function takenOf({ language }: Page, both: Both | null): Rows {
  const words = ["column_measure", "column_difference", "column_chance", "column_b_of_a"] as const;
  const [measure = "", ...others] = words.map((word) => say(language, word));
  const rows = both === null ? [] : COMPARED.map((path) => pairRow(language, both, path));
  return [[measure, "A", "B", ...others], ...rows];
}

function pairRow(language: Language, both: Both, path: string): Cell[] {
  const [a, b] = [both.a, both.b].map((each) => (isOfNothing(each, path) ? null : amount(each, path)));
  const { difference = 0, ratio, chance } = isComparable(both, path) ? (both.difference[path] ?? {}) : {};
  const isKnown = isComparable(both, path);
  return [
    nameOfMeasure(language, path),
    a ?? null,
    b ?? null,
    isKnown ? difference : null,
    chance ?? null,
    ratio ?? null,
  ];
}

function againstPath({ other }: Pair): string {
  return `against/${encodeURIComponent(other)}`;
}

/** Amounts of runs at unlike scales differ by the scale alone; shares and waits do not. A wait of nobody is no wait. */
function isComparable({ a, b }: Both, path: string): boolean {
  if (isOfNothing(a, path) || isOfNothing(b, path)) return false;
  return a.run.scale === b.run.scale || !["count", "usd"].includes(formatOf(path));
}

/** What the two runs were started with, where that differs, and what a difference between two single runs is worth. */
function Differences({ page, pair, both }: { page: Page; pair: Pair; both: Both }) {
  const { language } = page;
  const runs = [page.watched, pair.other].map((id) => page.runs?.find((run) => run.id === id));
  const [a, b] = runs.map((run, side) => settingsOf(page, run, runs[1 - side]));
  const known = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].filter(
    (name) => a?.[name] !== b?.[name],
  );
  const isTold = known.some((name) => !["seed", "replication", "parameters"].includes(name));
  const differing = known.filter((name) => name !== "parameters" || !isTold);
  return (
    <div id="differences">
      <ul class="differences">
        {differing.map((name) => (
          <li key={name}>
            {say(language, "about_of", { what: settingNamed(language, name), about: "" })}
            <b>{settingOf(language, name, a)}</b> → <b>{settingOf(language, name, b)}</b>
          </li>
        ))}
      </ul>
      {differing.length === 0 && <p class="quiet">{say(language, "pair_same")}</p>}
      <p class="quiet">
        {say(language, Object.values(both.difference).some(({ chance }) => chance) ? "pair_chance" : "pair_noise")}
      </p>
      {both.a.run.scale !== both.b.run.scale && <p class="fault">{say(language, "pair_scales")}</p>}
    </div>
  );
}

/** Returns the name of a setting; a parameter's path where nobody has named it. */
function settingNamed(language: Language, name: string): string {
  return named(language, "setting", name) ?? ownName(language, name) ?? name;
}

function settingOf(language: Language, name: string, settings: Record<string, string> = {}): string {
  const value = settings[name] || say(language, "none_yet");
  return name === "scenario" ? nameOfScenario(language, value) : value;
}

/** What `fair run` keeps with a run: its fair, and by setting the fair's own value and the one that is played. */
type RunRequest = {
  fair?: string;
  overrides?: Record<string, [string, string]>;
  changes?: string[];
  sha256?: string;
  branch?: { of: string; at_ms: number };
};

/** Returns what a run overrides; of one that was begun before that was kept, what `--set` said. */
function overridesOf({ overrides, changes = [] }: RunRequest): Record<string, [string, string]> {
  if (overrides !== undefined) return overrides;
  return Object.fromEntries(changes.map((change) => [change.split("=")[0], ["", change.split("=")[1] ?? ""]]));
}

/**
 * Returns the settings of a run by name: scenario, seed, scale, and each parameter that it or the other run overrides.
 *
 * What only the other one overrides is the fair's own value here, if both play the same fair. `parameters` is shown
 * where nothing else tells why they are others: files of the fair, or the model, have changed. As `against` of the
 * backend (`fairfacts.evidence.settings`), which asks the log of both; the list of runs is here already.
 */
function settingsOf(page: Page, run: Run | undefined, other: Run | undefined): Record<string, string> {
  if (run === undefined) return {};
  const [own, others] = [run, other].map((each) => (each?.request ?? {}) as RunRequest);
  const usual = own?.fair === others?.fair ? Object.entries(overridesOf(others ?? {})) : [];
  const started = ["scenario", "seed", "replication", "scale", "version"] as const;
  return {
    ...Object.fromEntries(started.map((name) => [name, String(run[name])])),
    ...(own?.fair && others?.fair ? { fair: own.fair } : {}),
    ...(own?.branch ? { branch: `${own.branch.of}, ${moment(page.language, epochOf(page) + own.branch.at_ms)}` } : {}),
    ...(own?.sha256 && others?.sha256 ? { parameters: own.sha256.slice(0, 12) } : {}),
    ...Object.fromEntries(usual.map(([name, [value]]) => [name, value])),
    ...Object.fromEntries(Object.entries(overridesOf(own ?? {})).map(([name, [, value]]) => [name, value])),
  };
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
    times: [...hours, last + 1].map((hour) => epochMs + hour * HOUR_MS),
    values: [...hours, last].map((hour) => of[String(hour)] ?? 0),
    name,
    colour,
    look: "hours",
  };
  made.set(key, { of, line });
  return line;
}
