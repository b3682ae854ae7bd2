// The values of a chart as a table: for readers without a pointer, and to copy.

import { epochOf, type Page } from "../state/page";
import { HOUR_MS, moment } from "../text/clock";
import { type Format, shown } from "../text/format";
import { say } from "../text/words";
import type { Line } from "./lines";

/** The values of each hour: of what goes up and down within it, the largest. */
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
  const valuesOf = lines.map((line) => byHour(line, epochOf(page)));
  const hours = [...new Set(valuesOf.flatMap((values) => [...values.keys()]))].sort((a, b) => a - b);
  const isCourse = lines.some(({ look }) => look === "line");
  return (
    <div class="scrolls values" tabIndex={0} role="region" aria-label={say(language, "table_of", { title })}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say(language, isCourse ? "column_largest" : "column_time")}</th>
            {lines.map((line) => (
              <th key={line.name} scope="col">
                {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map((ms) => (
            <tr key={ms}>
              <th scope="row">{moment(language, ms)}</th>
              {valuesOf.map((values, i) => {
                const line = lines[i];
                const value = line?.look === "limit" ? line.values[0] : values.get(ms);
                return <td key={line?.name}>{value == null ? "" : shown(language, value, format)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Returns the largest value of a line in each hour since the epoch, by the moment at which the hour begins; of a bound, none. */
function byHour({ times, values, look }: Line, epochMs: number): Map<number, number> {
  const most = new Map<number, number>();
  if (look === "limit") return most;
  const last = look === "hours" ? times.length - 1 : times.length;
  times.slice(0, last).forEach((ms, i) => {
    const hour = epochMs + Math.floor((ms - epochMs) / HOUR_MS) * HOUR_MS;
    const value = values[i] ?? null;
    if (value !== null && value >= (most.get(hour) ?? value)) most.set(hour, value);
  });
  return most;
}
