// A run that is not played on: what happened, when, why, and what can be done about it. It stands above every view.

import { useRef } from "preact/hooks";
import type { Run } from "../api/types";
import { command } from "../state/commands";
import { epochOf, type Page, runOf } from "../state/page";
import { standingOfRun } from "../state/standing";
import { moment, wallMoment } from "../text/clock";
import { type Language, say } from "../text/words";
import { useFocusHandedOn } from "../ui/focus";
import { Fault } from "../ui/part";
import { useSending } from "../ui/sending";

export function RunStanding({ page }: { page: Page }) {
  const { language, snapshot, headMs } = page;
  const run = runOf(page);
  const standing = standingOfRun(run);
  if (run === undefined || standing === null) return null;
  const reached = snapshot === null ? "" : moment(language, epochOf(page) + headMs);
  const silent = run.silent_since === null ? "" : wallMoment(language, Date.parse(run.silent_since));
  return (
    <section class="standing" id="standing" data-standing={standing} role="status">
      <p>
        <b>
          {say(language, reached === "" ? `run_${standing}` : `run_${standing}_at`, { moment: reached, time: silent })}
        </b>
        {run.fault && <span lang="en"> {run.fault}</span>}
      </p>
      {standing === "paused" ? (
        <Resume key={run.id} language={language} run={run} />
      ) : (
        <Remedy language={language} run={run} />
      )}
    </section>
  );
}

function Resume({ language, run }: { language: Language; run: Run }) {
  const { isUnderWay, fault, send } = useSending();
  const whole = useRef<HTMLSpanElement>(null);
  useFocusHandedOn(whole);
  const resume = () => send(() => command(run.id, { kind: "resume" }));
  return (
    <span ref={whole}>
      <button type="button" class="plain" aria-disabled={isUnderWay} onClick={resume}>
        {say(language, "resume_run")}
      </button>
      <Fault language={language} why={fault} />
    </span>
  );
}

/** The command that completes a run whose player is gone. */
function Remedy({ language, run }: { language: Language; run: Run }) {
  return (
    <p class="quiet">
      {say(language, "run_remedy")} <code>fair run --resume {run.id}</code>
    </p>
  );
}
