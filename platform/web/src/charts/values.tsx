// The values of a chart as a table: for readers without a pointer, and to copy.

import { epochOf, type Page } from "../state/page";
import { HOUR_MS, moment } from "../text/clock";
import { type Format, shown } from "../text/format";
import { say } from "../text/words";
import type { Line } from "./lines";

/** The values at the beginning of each hour. */
export function Values({
  page,
  title,
  lines,
  format,
}: {
  page: Page;
  title: string;
  lines: readonly Line[];
  format: Format;
}) {
  const { language } = page;
  const epochMs = epochOf(page);
  const times = [...new Set(lines.flatMap((line) => line.times.filter((ms) => (ms - epochMs) % HOUR_MS === 0)))].sort(
    (a, b) => a - b,
  );
  const valuesOf = lines.map((line) => new Map(line.times.map((ms, i) => [ms, line.values[i]])));
  return (
    <div class="scrolls values" tabIndex={0} role="region" aria-label={say(language, "table_of", { title })}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say(language, "column_time")}</th>
            {lines.map((line) => (
              <th key={line.name} scope="col">
                {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((ms) => (
            <tr key={ms}>
              <th scope="row">{moment(language, ms)}</th>
              {valuesOf.map((values, i) => {
                const value = values.get(ms);
                return <td key={lines[i]?.name}>{value == null ? "" : shown(language, value, format)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
