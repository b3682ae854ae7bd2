// Which runs are kept here?

import type { Run } from "../../api/types";
import { answerSource } from "../../charts/source";
import { chooseRun, go } from "../../state/actions";
import { RUNS } from "../../state/answers";
import { type Page, runOf } from "../../state/page";
import { isSteered } from "../../state/watching";
import { wallMoment } from "../../text/clock";
import { number } from "../../text/format";
import { nameOfScenario } from "../../text/names";
import { say, type Word } from "../../text/words";
import { paceOf, stateOf } from "../../ui/pace";
import { Columns, Part } from "../../ui/part";
import { Disrupt } from "./disrupt";
import { Downloads } from "./downloads";
import { SideBySide } from "./sidebyside";
import { Start } from "./start";
import { Steer } from "./steer";

const COLUMNS: readonly Word[] = [
  "column_run",
  "column_scenario",
  "column_seed",
  "column_scale",
  "column_events",
  "column_started",
  "column_speed",
  "column_state",
];

export function Runs({ page }: { page: Page }) {
  const { language } = page;
  const watched = runOf(page);
  const hasReports = page.scenarios === null || page.scenarios.list.length > 0; // a backend that plays runs writes reports as well
  const steered = watched && isSteered(watched) ? watched : null;
  return (
    <div class="parts">
      {page.pair && <SideBySide page={page} pair={page.pair} />}
      <Part title={say(language, "runs_title")} wide source={answerSource(page, RUNS)}>
        <div class="scrolls">
          <table class="runs">
            <Columns language={language} of={COLUMNS} more={<td />} />
            <tbody>
              {(page.runs ?? []).map((run) => (
                <Line key={run.id} page={page} run={run} hasReport={hasReports} />
              ))}
            </tbody>
          </table>
        </div>
        {!hasReports && (
          <p class="quiet" id="no-reports">
            {say(language, "no_reports")} <code>fair report</code>
          </p>
        )}
      </Part>
      {steered && <Steer key={steered.id} page={page} run={steered} />}
      {watched && <Disrupt key={watched.id} page={page} run={watched} />}
      <Start page={page} />
    </div>
  );
}

function Line({ page, run, hasReport }: { page: Page; run: Run; hasReport: boolean }) {
  const { language } = page;
  return (
    <tr data-run={run.id} aria-current={run.id === page.watched ? "true" : undefined}>
      <th scope="row">
        <button type="button" class="link" onClick={() => chooseRun(run.id)}>
          {run.id}
        </button>
      </th>
      <td>{nameOfScenario(language, run.scenario)}</td>
      <td>{String(run.seed)}</td>
      <td data-raw={run.scale}>{number(language, run.scale)}</td>
      <td data-raw={run.head}>{number(language, run.head)}</td>
      <td data-raw={run.created_at}>{wallMoment(language, Date.parse(run.created_at))}</td>
      <td>{run.state === "running" && run.speed !== null ? paceOf(language, run.speed) : "–"}</td>
      <td data-state title={run.fault ?? undefined}>
        {stateOf(language, run)}
        {run.fault && (
          <span class="unseen" lang="en">
            {run.fault}
          </span>
        )}
      </td>
      <td class="links">
        {run.id !== page.watched && (
          <button type="button" class="link" onClick={() => go({ pick: run.id })}>
            {say(language, "compare")}
          </button>
        )}
        <Downloads language={language} run={run} hasReport={hasReport} />
      </td>
    </tr>
  );
}
