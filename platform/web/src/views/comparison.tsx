// What was reported beside what was simulated, grouped by what agreement is worth.

import type { Role, Row, Verdict } from "../api";
import { date, moment } from "../clock";
import { full, number, percent, shown } from "../format";
import { Columns, Part, Told, rowsOf } from "../parts";
import { type Check, checksOf, countsOf } from "../services";
import type { Page } from "../store";
import { type Language, type Word, filled, inOwnWords, nameOf, nameOfMeasure, say } from "../text";
import { measures } from "../text/names";

const GROUPS: readonly (readonly [Role, Word, Word])[] = [
  ["held out", "group_held_out", "group_held_out_about"],
  ["calibrated", "group_calibrated", "group_calibrated_about"],
  ["input", "group_input", "group_input_about"],
  ["emergent", "group_emergent", "group_emergent_about"],
];
const COLUMNS: readonly Word[] = ["column_figure", "column_reported", "column_simulated", "column_ratio", "column_verdict"];
const OPERATORS: Partial<Record<Row["op"], Word>> = { ">": "op_gt", "<": "op_lt", "~": "op_about" };
const VERDICTS: Record<Verdict, Word> = {
  given: "role_input",
  agrees: "verdict_agrees",
  differs: "verdict_differs",
  open: "verdict_open",
};
const MONEY = ["USD", "CNY"];
/** What the held-out rows say. */
interface Evidence {
  held_out: number;
  agree: number;
  differ: number;
  left_open: number;
  is_thin: boolean;
}

/** The ratio at the right end of the strip of dots. */
const STRIP_REACH = 1.5;

export function Comparison({ page }: { page: Page }) {
  const { language } = page;
  const rows = rowsOf(page);
  const { headline, evidence } = (page.answers["comparison"] as { headline: string; evidence: Evidence } | undefined) ?? {};
  const reportedHere = (
    <td aria-hidden="true">
      <span class="strip-name" style={{ "--reported": 1 / STRIP_REACH }}>
        {say(language, "key_reported")}
      </span>
    </td>
  );
  return (
    <>
      {headline && evidence && (
        <p class="headline">
          <Told language={language} own={headlineOf(language, evidence)}>
            {headline}
          </Told>
        </p>
      )}
      <table class="comparison" aria-label={say(language, "table_title")}>
        <Columns language={language} of={COLUMNS} more={reportedHere} />
        {GROUPS.filter(([role]) => rows.some((row) => row.role === role)).map(([role, word, about]) => (
          <tbody key={role} data-role={role}>
            <tr class="group">
              <th scope="rowgroup" colSpan={COLUMNS.length + 1}>
                {say(language, word)}
                <span>{say(language, about)}</span>
              </th>
            </tr>
            {rows
              .filter((row) => row.role === role)
              .map((row) => (
                <Line key={row.figure} language={language} row={row} />
              ))}
          </tbody>
        ))}
      </table>
      <div class="parts">
        <Counts page={page} />
        <Checks page={page} />
      </div>
    </>
  );
}

function headlineOf(language: Language, { is_thin, ...counts }: Evidence): string | undefined {
  if (counts.held_out === 0) return inOwnWords(language, "evidence", "none");
  const places = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, number(language, count)]));
  const thin = is_thin ? (inOwnWords(language, "evidence", "thin") ?? "") : "";
  const some = inOwnWords(language, "evidence", "some");
  return some && filled(some, places) + thin;
}

/** The same run, counted by other definitions: `*` marks how the documents count. */
function Counts({ page }: { page: Page }) {
  const { language } = page;
  const counts = countsOf(page);
  if (counts.length === 0) return null;
  return (
    <Part title={say(language, "counts_title")} about={say(language, "counts_about")}>
      <table>
        <Columns language={language} of={["column_rule", "column_count", "column_reported"]} />
        <tbody>
          {counts.map((one) => (
            <tr key={one.rule} data-rule={one.rule}>
              <th scope="row">
                {one.as_reported && "* "}
                <Told language={language} own={inOwnWords(language, "rule", one.rule)}>
                  {one.meaning}
                </Told>
              </th>
              <td>{number(language, one.count)}</td>
              <td>{one.reported !== null && number(language, one.reported)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}

/** Whether the reported figures fit together. */
function Checks({ page }: { page: Page }) {
  const { language } = page;
  return (
    <Part title={say(language, "checks_title")}>
      <ul class="checks">
        {checksOf(page).map((check) => (
          <li key={check.name} data-check={check.name} data-finding={check.finding}>
            <b>{inOwnWords(language, "finding", check.finding) ?? check.finding}</b>{" "}
            <Told language={language} own={language === "en" ? undefined : inNumbers(language, check)}>
              {check.said}
            </Told>
            <span class="quiet">
              <Told language={language} own={inOwnWords(language, "check", check.name)}>
                {check.because}
              </Told>
            </span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** Says in signs what the backend says in an English sentence. */
function inNumbers(language: Language, { kind, finding, values }: Check): string | undefined {
  if (finding === "not checked") return undefined;
  const holds = finding === "holds";
  const [terms, whole] = [values.slice(0, -1), values.at(-1) ?? ""];
  const told = (value: number | string | null): string => (typeof value === "number" ? full(language, value) : String(value).slice(0, 10));
  const [one, other = null] = terms as [number | string | null, (number | string | null)?];
  if (kind === "share") return `${told(one)} ÷ ${told(other)} ${holds ? "≈" : "≠"} ${told(whole)}`;
  if (kind === "share of whole numbers") {
    const part = holds ? ` = ${told(Math.round(Number(whole) * Number(one)))}` : ` ∉ ℕ`;
    return `${told(whole)} × ${told(one)}${part}`;
  }
  const sign = kind === "part" ? (holds ? "≤" : ">") : holds ? "=" : "≠";
  return `${terms.map(told).join(" + ")} ${sign} ${told(whole)}`;
}

function Line({ language, row }: { language: Language; row: Row }) {
  const agrees = row.role !== "input" && row.ratio !== null;
  const name = row.role === "emergent" ? nameOfMeasure(language, row.measure) : nameOf(language, row.figure);
  return (
    <tr data-figure={row.figure}>
      <th scope="row">{name}</th>
      <td>{row.reported !== null && withOperator(language, row.op, value(language, row.reported, row))}</td>
      <td>
        {value(language, row.simulated, row)}
        {row.low !== null && row.high !== null && (
          <span class="interval">
            {value(language, row.low, row)} – {value(language, row.high, row)}
          </span>
        )}
      </td>
      <td>{row.role !== "input" && row.ratio !== null && percent(language, row.ratio, 1)}</td>
      <td data-verdict={row.verdict}>{row.verdict && say(language, VERDICTS[row.verdict])}</td>
      <td>{agrees && <Dot ratio={row.ratio as number} />}</td>
    </tr>
  );
}

/** Shows a ratio as a filled mark beside the dashed line that stands for the reported figure. */
function Dot({ ratio }: { ratio: number }) {
  return (
    <span
      class="strip"
      aria-hidden="true"
      data-beyond={ratio > STRIP_REACH ? "" : undefined}
      style={{ "--reported": 1 / STRIP_REACH, "--value": Math.min(1, ratio / STRIP_REACH) }}
    />
  );
}

function value(language: Language, value: number | string, row: Row): string {
  const as = row.role === "emergent" ? measures[row.measure]?.[2] : undefined;
  if (as && typeof value === "number") return shown(language, value, as);
  if (value === "") return say(language, "none_yet");
  if (typeof value === "string") return (row.unit === "date" ? date : moment)(language, Date.parse(value));
  if (row.unit === "share") return percent(language, value, 1);
  // money is shown in millions, as the names of its figures say: billions do not fit a phone
  return number(language, MONEY.includes(row.unit) ? value / 1e6 : value);
}

function withOperator(language: Language, op: Row["op"], value: string): string {
  const word = OPERATORS[op];
  return word ? say(language, word, { value }) : value;
}
