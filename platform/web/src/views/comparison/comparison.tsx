// What was reported beside what was simulated, grouped by what agreement is worth.

import type { HeadlineSentence, Role, Row } from "../../api/types";
import type { Rows } from "../../charts/rows";
import { answerSource } from "../../charts/source";
import { COMPARISON } from "../../state/answers";
import type { Page } from "../../state/page";
import { comparisonOf, isRowOfNothing, rowsOf } from "../../state/rows";
import { number } from "../../text/format";
import { filled, type Language, say, translated, type Word } from "../../text/words";
import { Columns, Part, Sentence } from "../../ui/part";
import { documentOf } from "../../ui/reported";
import { Checks } from "./checks";
import { Counts } from "./counts";
import { Line, nameOf, STRIP_REACH, VERDICTS } from "./line";

const GROUPS: readonly (readonly [Role, Word, Word])[] = [
  ["held out", "group_held_out", "group_held_out_about"],
  ["changed", "group_changed", "group_changed_about"],
  ["calibrated", "group_calibrated", "group_calibrated_about"],
  ["input", "group_input", "group_input_about"],
  ["recorded", "group_recorded", "group_recorded_about"],
  ["emergent", "group_emergent", "group_emergent_about"],
];
const COLUMNS: readonly Word[] = [
  "column_figure",
  "column_reported",
  "column_simulated",
  "column_ratio",
  "column_verdict",
];

export function Comparison({ page }: { page: Page }) {
  const { language } = page;
  const rows = rowsOf(page);
  const { headline, missing, sentences = [] } = comparisonOf(page) ?? {};
  const reportedHere = (
    <td aria-hidden="true">
      <span class="strip-name" style={{ "--reported": 1 / STRIP_REACH }}>
        {say(language, "key_reported")}
      </span>
    </td>
  );
  return (
    <>
      {headline && (
        <p class="headline">
          <Sentence
            language={language}
            own={missing ? translated(language, "evidence", "missing") : headlineOf(language, sentences, rows)}
          >
            {headline}
          </Sentence>
        </p>
      )}
      <Part title={say(language, "table_title")} source={answerSource(page, COMPARISON)} rows={() => takenOf(page)}>
        <table class="comparison" aria-label={say(language, "table_title")}>
          <Columns language={language} of={COLUMNS} more={reportedHere} />
          {GROUPS.filter(([group]) => rows.some((row) => row.role === group)).map(([role, word, about]) => (
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
                  <Line key={row.figure} page={page} row={row} />
                ))}
            </tbody>
          ))}
        </table>
      </Part>
      <div class="parts">
        <Counts page={page} />
        <Checks page={page} />
      </div>
    </>
  );
}

const TAKEN: readonly Word[] = [
  "column_figure",
  "column_role",
  "column_unit",
  "column_reported_as",
  "column_reported",
  "column_at_scale",
  "column_simulated",
  "column_low",
  "column_high",
  "column_ratio",
  "column_verdict",
  "column_source",
];

/** Returns what is taken as CSV: a number a cell, in full, and with each what it is worth. */
function takenOf(page: Page): Rows {
  const { language } = page;
  const words = new Map(GROUPS.map(([role, word]) => [role, word]));
  const rows = rowsOf(page).map((row) => [
    nameOf(language, row),
    say(language, words.get(row.role) ?? "group_emergent"),
    row.unit,
    row.op,
    row.as_reported,
    row.reported,
    isRowOfNothing(page, row) ? null : row.simulated,
    row.low,
    row.high,
    isRowOfNothing(page, row) ? null : row.ratio,
    row.verdict && say(language, VERDICTS[row.verdict]),
    row.source && documentOf(language, row.source),
  ]);
  return [TAKEN.map((word) => say(language, word)), ...rows];
}

/** Returns the headline in a language other than the backend's; undefined where it cannot say all of it. */
function headlineOf(
  language: Language,
  sentences: readonly HeadlineSentence[],
  rows: readonly Row[],
): string | undefined {
  const texts = sentences.map(({ key, places }) => {
    const filling = Object.entries(places).map(([name, place]) => [name, placeOf(language, place, rows)]);
    const sentence = translated(language, "evidence", key);
    return sentence && filled(sentence, Object.fromEntries(filling));
  });
  return texts.includes(undefined) ? undefined : texts.join("");
}

/** Returns a count, a moment, or the names of figures. */
function placeOf(language: Language, place: HeadlineSentence["places"][string], rows: readonly Row[]): string {
  if (typeof place === "number") return number(language, place);
  if (typeof place === "string") return place;
  const named = rows.filter(({ figure }) => place.includes(figure)).map((row) => nameOf(language, row));
  return named.join(say(language, "between_names"));
}
