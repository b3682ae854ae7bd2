// Are we on the way to what was reported? The headlines' figures as lines, each with its dashed mark.

import { Part, ROLES, reach, rowsOf } from "./parts";
import { number } from "./format";
import type { Page } from "./store";
import { nameOf, say } from "./text";

const HEADLINES = [
  "negotiations.initiated",
  "negotiations.initiated_overseas",
  "organisations.at_closing",
  "economies.participating",
  "projects.published_online",
  "sessions.total",
  "sessions.streamed",
];

export function Toward({ page }: { page: Page }) {
  const { language } = page;
  const rows = rowsOf(page).filter((row) => HEADLINES.includes(row.figure));
  return (
    <Part title={say(language, "toward_title")}>
      <ul class="toward">
        {rows.map((row) => {
          const [value, bound] = [Number(row.simulated), Number(row.reported)];
          return (
            <li key={row.figure} data-toward={row.figure}>
              <span class="name">
                {nameOf(language, row.figure)}
                <span class="role">{say(language, ROLES[row.role])}</span>
              </span>
              <span class="line" aria-hidden="true" style={reach(value, bound, 1.25)} />
              <span class="amount">
                <b>{number(language, value)}</b> / {number(language, bound)}
              </span>
            </li>
          );
        })}
      </ul>
    </Part>
  );
}
