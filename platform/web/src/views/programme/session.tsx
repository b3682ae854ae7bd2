// One session: what it is, what became of it, and how its room filled.

import { answerSource } from "../../charts/source";
import { go } from "../../state/actions";
import { sessionPath } from "../../state/answers";
import { epochOf, type Page } from "../../state/page";
import { sessionPickedOf } from "../../state/rows";
import { MINUTE_MS, moment } from "../../text/clock";
import { number } from "../../text/format";
import { titleOf } from "../../text/names";
import { say, type Word } from "../../text/words";
import { Columns, Part } from "../../ui/part";
import { describe } from "./timeline";

const STEPS: readonly (readonly [Word, "starts_ms" | "opened_ms" | "closed_ms" | "cancelled_ms"])[] = [
  ["session_planned", "starts_ms"],
  ["session_opened", "opened_ms"],
  ["session_closed", "closed_ms"],
  ["session_cancelled", "cancelled_ms"],
];
/** Minutes in a row of the table of who came in. */
const STEP_MIN = 10;

export function PickedSession({ page }: { page: Page }) {
  const { language, place } = page;
  const session = sessionPickedOf(page);
  const [path] = sessionPath(place);
  if (!session || path === undefined) return null;
  const at = (ms: number): string => moment(language, epochOf(page) + ms);
  const utc = (ms: number): string => new Date(epochOf(page) + ms).toISOString();
  const steps = STEPS.flatMap(([word, field]) => (session[field] === null ? [] : [[word, session[field]] as const]));
  return (
    <Part title={titleOf(language, session)} about={describe(page, session)} wide source={answerSource(page, path)}>
      <button type="button" class="link" onClick={() => go({ pick: null })}>
        {say(language, "close")}
      </button>
      <dl class="facts" data-session-picked={session.session}>
        {steps.map(([word, ms]) => (
          <div class="fact" key={word}>
            <dt>{say(language, word)}</dt>
            <dd data-raw={utc(ms)}>{at(ms)}</dd>
          </div>
        ))}
      </dl>
      {session.attended > 0 && (
        <table>
          <Columns language={language} of={["column_time", "column_admitted"]} />
          <tbody>
            {admitted(session.attended_per_minute).map(([minute, people]) => (
              <tr key={minute}>
                <th scope="row" data-raw={utc(minute * MINUTE_MS)}>
                  {at(minute * MINUTE_MS)}
                </th>
                <td data-raw={people}>{number(language, people)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Part>
  );
}

/** Returns the people admitted, by the minute that a row begins with. */
function admitted(perMinute: Readonly<Record<string, number>>): [number, number][] {
  const rows = new Map<number, number>();
  for (const [minute, people] of Object.entries(perMinute)) {
    const row = Number(minute) - (Number(minute) % STEP_MIN);
    rows.set(row, (rows.get(row) ?? 0) + people);
  }
  return [...rows].sort(([a], [b]) => a - b);
}
