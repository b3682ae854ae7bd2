// The same run, counted by other rules: `*` marks the documents' own.

import { answerSource } from "../../charts/source";
import { COUNTS } from "../../state/answers";
import type { Page } from "../../state/page";
import { countsOf } from "../../state/rows";
import { number } from "../../text/format";
import { say } from "../../text/words";
import { Columns, Part, Sentence } from "../../ui/part";
import { scaleOf, whole } from "../../ui/reported";

export function Counts({ page }: { page: Page }) {
  const { language } = page;
  const counts = countsOf(page);
  if (counts.length === 0) return null;
  return (
    <Part
      title={say(language, "counts_title")}
      about={say(language, scaleOf(page) === 1 ? "counts_about" : "counts_about_scaled", {
        scale: String(scaleOf(page)),
      })}
      source={answerSource(page, COUNTS)}
    >
      <table>
        <Columns language={language} of={["column_rule", "column_count", "column_reported"]} />
        <tbody>
          {counts.map((row) => (
            <tr key={row.rule} data-rule={row.rule}>
              <th scope="row">
                {row.as_reported && "* "}
                <Sentence language={language} own={row.meaning_in[language]}>
                  {row.meaning}
                </Sentence>
              </th>
              <td data-raw={row.count}>{number(language, row.count)}</td>
              <td data-raw={row.reported ?? ""}>{row.reported !== null && whole(language, row.reported)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  );
}
