// A row of the comparison: reported, simulated, their ratio, and the verdict.

import { useState } from "preact/hooks";
import { formatOf } from "../../api/measures";
import type { Row, Verdict } from "../../api/types";
import type { Page } from "../../state/page";
import { isRowOfNothing } from "../../state/rows";
import { date, moment } from "../../text/clock";
import { number, percent, shown } from "../../text/format";
import { nameOfFigure, nameOfMeasure } from "../../text/names";
import { type Language, say, type Word } from "../../text/words";
import { isScaled, MONEY, originsOf, scaled, scaleOf, withOperator } from "../../ui/reported";

export const VERDICTS: Record<Verdict, Word> = {
  given: "role_input",
  agrees: "verdict_agrees",
  differs: "verdict_differs",
  open: "verdict_open",
};
/** The ratio at the right end of the strip of dots. */
export const STRIP_REACH = 1.5;

export function Line({ page, row }: { page: Page; row: Row }) {
  const { language } = page;
  const [isOpen, open] = useState(false);
  const isNothing = isRowOfNothing(page, row);
  const agrees = row.role !== "input" && row.ratio !== null && !isNothing;
  return (
    <>
      <tr data-figure={row.figure}>
        <th scope="row">
          <button type="button" class="name" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
            {nameOf(language, row)}
          </button>
        </th>
        <td>
          <Reported page={page} row={row} />
        </td>
        <td>
          {isNothing ? say(language, "none_yet") : value(language, row.simulated, row)}
          {row.low !== null && row.high !== null && (
            <span class="interval">
              {value(language, row.low, row)} – {value(language, row.high, row)}
            </span>
          )}
        </td>
        <td>{agrees && percent(language, row.ratio as number, 1)}</td>
        <td data-verdict={row.verdict}>{row.verdict && say(language, VERDICTS[row.verdict])}</td>
        <td>{agrees && <Dot ratio={row.ratio as number} />}</td>
      </tr>
      {isOpen && (
        <tr class="origins" data-origins={row.figure}>
          <td colSpan={6}>{originsOf(language, row).join(" · ")}</td>
        </tr>
      )}
    </>
  );
}

export function nameOf(language: Language, row: Row): string {
  return row.role === "emergent" ? nameOfMeasure(language, row.measure) : nameOfFigure(language, row);
}

/** What was reported, and below it what the scale of the run leaves of that. */
function Reported({ page, row }: { page: Page; row: Row }) {
  const { language } = page;
  if (row.reported === null || row.as_reported === null) return null;
  return (
    <>
      {withOperator(language, row.op, value(language, row.as_reported, row))}
      {isScaled(row) && (
        <span class="interval">
          {say(language, "at_scale", { scale: String(scaleOf(page)), value: scaled(language, row) })}
        </span>
      )}
    </>
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
  const format = row.role === "emergent" ? formatOf(row.measure) : "count";
  if (format !== "count" && typeof value === "number") return shown(language, value, format);
  if (value === "") return say(language, "none_yet");
  if (typeof value === "string") return (row.unit === "date" ? date : moment)(language, Date.parse(value));
  if (row.unit === "share") return percent(language, value, 1);
  // money is in millions, as the names of its figures say: billions do not fit a phone
  return number(language, MONEY.test(row.unit) ? value / 1e6 : value);
}
