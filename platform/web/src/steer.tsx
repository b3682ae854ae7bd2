// What an operator says to a run while it is played: pause, go on, another speed, stop.

import { useState } from "preact/hooks";
import { type Run, post } from "./api";
import { epochOf } from "./chart";
import { moment, wallMoment } from "./clock";
import { times } from "./format";
import { Columns, Fault, Part } from "./parts";
import { type Command, commandsOf } from "./services";
import type { Page } from "./store";
import { type Language, type Word, say, term } from "./text";

const PACES = [60, 600, 3_600, 21_600, 86_400, "max"] as const;
const LISTED = 8;

export function Steer({ page, run }: { page: Page; run: Run }) {
  const { language } = page;
  const [fault, setFault] = useState<string | null>(null);
  const tell = async (command: object): Promise<void> => {
    const said = await post(`runs/${encodeURIComponent(run.id)}/commands`, command);
    dispatchEvent(new Event("said"));
    setFault(said.done ? null : said.why);
  };
  const isPaused = run.state === "paused";
  return (
    <Part title={say(language, "steer_title", { run: run.id })} about={stateOf(language, run)}>
      <div class="controls">
        <button type="button" class="plain" id="pause-run" onClick={() => tell({ kind: isPaused ? "resume" : "pause" })}>
          {say(language, isPaused ? "resume_run" : "pause_run")}
        </button>
        <label>
          {say(language, "speed_of_run")}{" "}
          <select
            id="speed-run"
            value={String(run.speed)}
            onChange={({ currentTarget: { value } }) => tell({ kind: "speed", speed: value === "max" ? value : Number(value) })}
          >
            {paces(run).map((pace) => (
              <option key={pace} value={String(pace)} selected={pace === run.speed}>
                {paceIn(language, pace)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="plain" id="stop-run" onClick={() => tell({ kind: "stop" })}>
          {say(language, "stop_run")}
        </button>
      </div>
      <Fault language={language} why={fault} />
      <Said page={page} />
    </Part>
  );
}

/** Returns how a run stands, and since when its player was not heard of. */
export function stateOf(language: Language, run: Run): string {
  const state = say(language, `state_${run.state}`);
  if (run.silent_since === null) return state;
  return say(language, "state_silent", { state, time: wallMoment(language, Date.parse(run.silent_since)) });
}

/** What was said to the run, and what became of it. */
function Said({ page }: { page: Page }) {
  const { language } = page;
  const commands = commandsOf(page).slice(0, LISTED);
  if (commands.length === 0) return null;
  return (
    <table class="commands">
      <Columns language={language} of={["column_command", "column_obeyed"]} />
      <tbody>
        {commands.map((command) => (
          <tr key={command.number} data-command={command.number}>
            <th scope="row">{inWords(language, command)}</th>
            <td>
              {becameOf(page, command)} {command.refused !== null && <span lang="en">{command.refused}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function inWords(language: Language, { command }: Command): string {
  const { kind, ...rest } = command;
  const said = kind === "speed" ? [paceIn(language, rest["speed"] as number | "max")] : words(language, rest);
  return [say(language, `command_${kind}` as Word), ...said].join(" ");
}

function words(language: Language, rest: Record<string, unknown>): string[] {
  return Object.entries(rest).flatMap(([name, value]) => {
    if (typeof value === "object" && value !== null) return words(language, value as Record<string, unknown>);
    return value === null ? [] : [name === "kind" ? term(language, String(value)) : `${term(language, name)} ${value}`];
  });
}

function becameOf(page: Page, { applied_at_ms, refused }: Command): string {
  const { language } = page;
  if (refused !== null) return say(language, "command_refused");
  if (applied_at_ms === null) return say(language, "command_waits");
  return moment(language, epochOf(page) + applied_at_ms);
}

function paces(run: Run): (number | "max")[] {
  const own = run.speed === null || PACES.some((pace) => pace === run.speed) ? [] : [run.speed];
  return [...own, ...PACES];
}

export function paceIn(language: Language, pace: number | "max" | null): string {
  return pace === null ? "–" : pace === "max" ? say(language, "pace_max") : times(language, pace);
}
