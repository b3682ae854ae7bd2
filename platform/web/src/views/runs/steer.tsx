// An operator's commands to a run while it is played: pause, resume, speed, stop.

import type { Command, Run } from "../../api/types";
import { command } from "../../state/commands";
import { epochOf, type Page } from "../../state/page";
import { commandsOf } from "../../state/rows";
import { moment } from "../../text/clock";
import { term } from "../../text/names";
import { gapAfter, inARow, type Language, say, type Word } from "../../text/words";
import { Confirm } from "../../ui/confirm";
import { describeFields } from "../../ui/fields";
import { paceOf, stateOf } from "../../ui/pace";
import { Columns, Fault, Part } from "../../ui/part";
import { useSending } from "../../ui/sending";

const PACES = [60, 600, 3_600, 21_600, 86_400, "max"] as const;
const LISTED = 8;

export function Steer({ page, run }: { page: Page; run: Run }) {
  const { language } = page;
  const { isUnderWay, fault, tell, send } = useSending();
  const isPaused = run.state === "paused";
  return (
    <Part title={say(language, "steer_title", { run: run.id })} about={stateOf(language, run)}>
      <div class="controls">
        <button
          type="button"
          class="plain"
          id="pause-run"
          aria-disabled={isUnderWay}
          onClick={() => send(() => command(run.id, { kind: isPaused ? "resume" : "pause" }))}
        >
          {say(language, isPaused ? "resume_run" : "pause_run")}
        </button>
        <label>
          {say(language, "speed_of_run")}{" "}
          <select
            id="speed-run"
            value={String(run.speed)}
            onChange={({ currentTarget: { value } }) =>
              tell(() => command(run.id, { kind: "speed", speed: value === "max" ? value : Number(value) }))
            }
          >
            {run.speed === null && (
              <option value="null" selected disabled>
                {say(language, isPaused ? "speed_unchanged" : "none_yet")}
              </option>
            )}
            {paces(run).map((pace) => (
              <option key={pace} value={String(pace)} selected={pace === run.speed}>
                {paceOf(language, pace)}
              </option>
            ))}
          </select>
        </label>
        <Confirm
          language={language}
          id="stop-run"
          title={say(language, "stop_run")}
          question={say(language, "stop_question")}
          isUnderWay={isUnderWay}
          onConfirm={() => void send(() => command(run.id, { kind: "stop" }))}
        />
      </div>
      <Fault language={language} why={fault} />
      <Commands page={page} />
    </Part>
  );
}

/** The commands to the run, and what became of them. */
function Commands({ page }: { page: Page }) {
  const { language } = page;
  const commands = commandsOf(page).slice(0, LISTED);
  if (commands.length === 0) return null;
  return (
    <table class="commands">
      <Columns language={language} of={["column_command", "column_applied"]} />
      <tbody>
        {commands.map((row) => (
          <tr key={row.number} data-command={row.number}>
            <th scope="row">{describe(language, row)}</th>
            <td>
              {outcomeOf(page, row)}
              {row.refused !== null && gapAfter(outcomeOf(page, row))}
              {row.refused !== null && <span lang="en">{row.refused}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function describe(language: Language, { command }: Command): string {
  const { kind, ...rest } = command;
  const word = say(language, `command_${kind}` as Word);
  if (kind === "speed") return inARow(word, paceOf(language, rest.speed as number | "max"));
  if (kind !== "disrupt") return word;
  const { kind: disruption, ...fields } = rest.disruption as { kind: string };
  return [inARow(word, term(language, disruption)), ...describeFields(language, fields)].join(" · ");
}

function outcomeOf(page: Page, { applied_at_ms, refused }: Command): string {
  const { language } = page;
  if (refused !== null) return say(language, "command_refused");
  if (applied_at_ms === null) return say(language, "command_waits");
  return moment(language, epochOf(page) + applied_at_ms);
}

function paces(run: Run): (number | "max")[] {
  const own = run.speed === null || PACES.some((pace) => pace === run.speed) ? [] : [run.speed];
  return [...own, ...PACES];
}
