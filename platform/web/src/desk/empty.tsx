// What to do where there is nothing to show.

import { useEffect, useState } from "preact/hooks";
import { loadScenarios, start } from "../state/commands";
import type { Page } from "../state/page";
import { say, type Word } from "../text/words";
import { Fault } from "../ui/part";
import { useSending } from "../ui/sending";

/** Offered beside the first scenario, which is the fair as it is. */
const OUTAGE = "opening-night";
/** A tenth of the fair in a few minutes. */
const FIRST_RUN = { seed: 7, scale: 0.1, speed: 3_600, changes: {} };

/** Why this backend cannot read the run. */
export function Unreadable({ page: { language, watched }, why }: { page: Page; why: string }) {
  return (
    <section class="empty" id="unreadable" role="alert">
      <h2>{say(language, "unreadable_title", { run: watched ?? "" })}</h2>
      <p lang="en">{why}</p>
      <p>{say(language, "unreadable_remedy")}</p>
    </section>
  );
}

export function Empty({ page }: { page: Page }) {
  const { language, runs, place, watched, scenarios } = page;
  useEffect(() => void loadScenarios(), []);
  const isAbsent = place.run !== null && runs !== null && !runs.some((run) => run.id === place.run);
  if (watched !== null && !isAbsent) return <Begun page={page} />;
  const state = isAbsent ? "absent" : runs === null ? "waiting" : "empty";
  const first = scenarios?.list[0];
  const command = first === undefined ? "fair scenarios" : `fair run ${first.name}`;
  return (
    <section class="empty" id="empty">
      <h2 id="empty-title">{say(language, `${state}_title`, { run: place.run ?? "" })}</h2>
      {state === "empty" && <p>{say(language, "empty_about")}</p>}
      {state === "empty" && <Starts page={page} command={command} />}
      <p>{say(language, `${state}_remedy`)}</p>
      <p>
        <code>{command}</code>
      </p>
      {state !== "absent" && <p>{say(language, "empty_follows")}</p>}
    </section>
  );
}

/** A run that has begun and has no event yet. */
function Begun({ page: { language, feed, watched } }: { page: Page }) {
  if (feed.name !== "live" && feed.name !== "stale") return null; // its first frame is on its way
  return (
    <section class="empty" id="empty">
      <h2 id="empty-title">{say(language, "begun_title", { run: watched ?? "" })}</h2>
      <p>{say(language, "begun_about")}</p>
    </section>
  );
}

/** Buttons that play a fair here, where this backend plays runs, and one that takes along the command of an own run. */
function Starts({ page: { language, scenarios }, command }: { page: Page; command: string }) {
  const { isUnderWay, fault, send } = useSending();
  const [taken, setTaken] = useState<Word | null>(null);
  const names = scenarios?.list.map(({ name }) => name) ?? [];
  const first = names[0];
  if (first === undefined) return null;
  const offered: [scenario: string, Word][] = [[first, "start_fair"]];
  if (names.includes(OUTAGE)) offered.push([OUTAGE, "start_outage"]);
  const play = (scenario: string) => send(() => start({ ...FIRST_RUN, scenario }));
  const take = async (): Promise<void> => {
    // pages that do not come over TLS, or from this machine, have no clipboard
    const copied = await navigator.clipboard?.writeText(`${command} --to ${location.origin}`).then(
      () => true,
      () => false,
    );
    setTaken(copied ? "watch_mine_copied" : "watch_mine_here");
  };
  return (
    <>
      <p class="starts">
        {offered.map(([scenario, word]) => (
          <button
            key={scenario}
            type="button"
            class="plain"
            data-start={scenario}
            aria-disabled={isUnderWay}
            onClick={() => play(scenario)}
          >
            {say(language, word)}
          </button>
        ))}
        <button type="button" class="plain" data-start="mine" onClick={() => void take()}>
          {say(language, "watch_mine")}
        </button>
      </p>
      {taken !== null && <p role="status">{say(language, taken, { command: `${command} --to ${location.origin}` })}</p>}
      <Fault language={language} why={fault} />
    </>
  );
}
