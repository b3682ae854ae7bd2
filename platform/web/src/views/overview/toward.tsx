// Are we on the way to what was reported? Each headline's value now, the reported figure, and the forecast of the end.

import type { Forecast, Row } from "../../api/types";
import type { Rows } from "../../charts/rows";
import { answerSource } from "../../charts/source";
import { COMPARISON, FORECAST } from "../../state/answers";
import { epochOf, type Page } from "../../state/page";
import { comparisonOf, forecastOf, forecastsOf, isRowOfNothing, rowsOf } from "../../state/rows";
import { amount } from "../../state/snapshot";
import { moment } from "../../text/clock";
import { fair } from "../../text/fair";
import { number, percent } from "../../text/format";
import { nameOfFigure } from "../../text/names";
import { say, type Word } from "../../text/words";
import { Part } from "../../ui/part";
import { drawnShare, ROLES, reported } from "../../ui/reported";
import { RoleOf } from "../../ui/role";
import { wayOf } from "./way";

/** Measures whose figures stand here, where the fair has no preference. */
const HEADLINES = [
  "negotiations.initiated",
  "negotiations.initiated_overseas",
  "organisations.registered",
  "organisations.economies",
  "projects.published",
];
/** How far beyond the reported figure, and beyond the forecast, a line reaches. */
const [HEADROOM, MARGIN] = [1.25, 1.03];

export function Toward({ page }: { page: Page }) {
  const { language } = page;
  const wanted = fair().headlines.length > 0 ? fair().headlines : HEADLINES;
  const comparison = comparisonOf(page);
  const rows = rowsOf(page).filter((row) => wanted.includes(row.measure));
  const forecasts = isOver(page) ? undefined : forecastsOf(page);
  const about = forecasts && {
    about: say(language, "forecast_about", {
      level: percent(language, forecasts.level),
      moment: moment(language, epochOf(page) + forecasts.at_ms),
    }),
  };
  return (
    <Part
      title={say(language, isOver(page) ? "arrived_title" : "toward_title")}
      {...about}
      source={answerSource(page, isOver(page) ? COMPARISON : FORECAST)}
      rows={() => takenOf(page, rows)}
    >
      {comparison && rows.length === 0 && <p class="quiet">{say(language, "figures_none")}</p>}
      <ul class="toward">
        {rows.map((row) => (
          <Headline key={row.figure} page={page} row={row} />
        ))}
      </ul>
    </Part>
  );
}

const TAKEN: readonly Word[] = [
  "column_figure",
  "column_role",
  "column_simulated",
  "column_reported",
  "column_at_scale",
  "column_expected",
  "column_low",
  "column_high",
];

/** Returns what is taken as CSV. */
function takenOf(page: Page, rows: readonly Row[]): Rows {
  const { language } = page;
  const taken = rows.map((row) => {
    const { expected = null, low = null, high = null } = expectedOf(page, row) ?? {};
    const value = isRowOfNothing(page, row) ? null : reachedOf(page, row);
    const name = nameOfFigure(language, row);
    return [name, say(language, ROLES[row.role]), value, row.as_reported, row.reported, expected, low, high];
  });
  return [TAKEN.map((word) => say(language, word)), ...taken];
}

/** Returns the forecast of a row; nothing of what was given, and once the fair is over. */
function expectedOf(page: Page, row: Row): Forecast | undefined {
  return isOver(page) || row.role === "input" ? undefined : forecastOf(page, row.figure);
}

/** Returns what a row has come to at the moment that it is of, or else by now. */
function reachedOf({ snapshot }: Page, row: Row): number {
  return row.at_ms !== null ? Number(row.simulated) : snapshot ? amount(snapshot, row.measure) : 0;
}

function Headline({ page, row }: { page: Page; row: Row }) {
  const { language } = page;
  const value = reachedOf(page, row);
  const bound = Number(row.reported);
  const forecast = expectedOf(page, row);
  const whole = Math.max(bound * HEADROOM, value, (forecast?.high ?? 0) * MARGIN);
  const at = (amount: number): string => drawnShare(amount / whole);
  return (
    <li data-toward={row.figure}>
      <span class="name">{nameOfFigure(language, row)}</span>
      <span class="amount">
        <b>{isRowOfNothing(page, row) ? say(language, "none_yet") : number(language, value)}</b> {reported(page, row)}
      </span>
      <span
        class="line"
        aria-hidden="true"
        data-forecast={forecast && ""}
        style={{
          "--value": at(value),
          "--reported": at(bound),
          "--low": at(forecast?.low ?? value),
          "--high": at(forecast?.high ?? value),
        }}
      />
      <RoleOf language={language} row={row} />
      {forecast && <Expected page={page} row={row} forecast={forecast} />}
      {isOver(page) && row.verdict && row.verdict !== "given" && (
        <span class="verdict">{say(language, `verdict_${row.verdict}` as Word)}</span>
      )}
    </li>
  );
}

function Expected({ page: { language }, row, forecast }: { page: Page; row: Row; forecast: Forecast }) {
  const way = wayOf(forecast.low, forecast.high, { ...row, reported: Number(row.reported) });
  const [expected, low, high] = [forecast.expected, forecast.low, forecast.high].map((amount) =>
    number(language, amount),
  );
  return (
    <span class="expected" data-way={way}>
      {say(language, `way_${way}`, { expected: expected ?? "", low: low ?? "", high: high ?? "" })}
    </span>
  );
}

/** Returns whether the fair is over: then the comparison's verdict stands, and no forecast. */
function isOver({ snapshot }: Page): boolean {
  return snapshot?.run.phase === "closed" || snapshot?.run.phase === "ended";
}
