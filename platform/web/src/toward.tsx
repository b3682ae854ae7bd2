// Are we on the way to what was reported? The headlines' figures as lines, each with its dashed mark.

import type { Row } from "./api";
import { number } from "./format";
import { Part, ROLES, rowsOf, share } from "./parts";
import { type Forecast, forecastOf } from "./services";
import type { Page } from "./store";
import { type Language, nameOf, say } from "./text";

const HEADLINES = [
  "negotiations.initiated",
  "negotiations.initiated_overseas",
  "organisations.at_closing",
  "economies.participating",
  "projects.published_online",
];

/** How far beyond the reported figure a line reaches. */
const HEADROOM = 1.25;

/** Returns where the reported figure, with its rounding, lies against what is expected. */
function wayOf({ low, high }: Forecast, reported: number, rounding: number): "on" | "low" | "high" {
  return reported - rounding > high ? "low" : reported + rounding < low ? "high" : "on";
}

function Expected({ language, row, forecast }: { language: Language; row: Row; forecast: Forecast }) {
  const way = wayOf(forecast, Number(row.reported), row.rounding);
  return (
    <span class="expected" data-way={way}>
      {say(language, `way_${way}`, { expected: number(language, forecast.expected) })}
    </span>
  );
}

export function Toward({ page }: { page: Page }) {
  const { language } = page;
  const rows = rowsOf(page).filter((row) => HEADLINES.includes(row.figure));
  return (
    <Part title={say(language, "toward_title")}>
      <ul class="toward">
        {rows.map((row) => {
          const [value, bound] = [Number(row.simulated), Number(row.reported)];
          const forecast = forecastOf(page, row.figure);
          const at = (amount: number): string => share(Math.min(1, amount / (bound * HEADROOM)));
          return (
            <li key={row.figure} data-toward={row.figure}>
              <span class="name">{nameOf(language, row.figure)}</span>
              <span class="amount">
                <b>{number(language, value)}</b> / {number(language, bound)}
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
              <span class="role">{say(language, ROLES[row.role])}</span>
              {forecast && <Expected language={language} row={row} forecast={forecast} />}
            </li>
          );
        })}
      </ul>
    </Part>
  );
}
