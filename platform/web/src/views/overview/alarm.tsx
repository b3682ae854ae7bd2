// An alarm: what is short, since when, and the buttons of whoever sees to it.

import { chooseView } from "../../state/actions";
import { command } from "../../state/commands";
import { epochOf, type Page, runOf } from "../../state/page";
import { goesOn } from "../../state/watching";
import { moment } from "../../text/clock";
import { gapAfter, say } from "../../text/words";
import { Fault } from "../../ui/part";
import { useSending } from "../../ui/sending";
import { type Alarm, answerOf, describe } from "./alarms";

const SNOOZE_MIN = 30;

export function AlarmLine({ page, alarm }: { page: Page; alarm: Alarm }) {
  const { language, place } = page;
  const answer = answerOf(page, alarm);
  const word = say(language, `alarm_${alarm.state}`);
  const isOpen = answer === null && place.at === null && !place.wall;
  return (
    <>
      <button type="button" class="alarm" onClick={() => chooseView(alarm.view)}>
        <b>{word}</b>
        {gapAfter(word)}
        {describe(language, alarm)}{" "}
        <span class="quiet">
          {say(language, "active_since", { since: moment(language, epochOf(page) + alarm.since_ms) })}
        </span>
      </button>
      {answer !== null && <span class="answer"> {answer}</span>}
      {isOpen && <Answers key={page.watched} page={page} alarm={alarm} />}
    </>
  );
}

/** Buttons to say that somebody sees to it, or that it may be quiet for a while. */
function Answers({ page, alarm }: { page: Page; alarm: Alarm }) {
  const { language } = page;
  const { isUnderWay, fault, send } = useSending();
  const run = runOf(page);
  if (!run || !goesOn(run)) return null;
  const answer = (what: object) => send(() => command(run.id, { ...what, alarm: alarm.name }));
  return (
    <span class="answers">
      <button
        type="button"
        class="link"
        data-answer="acknowledge"
        aria-disabled={isUnderWay}
        onClick={() => answer({ kind: "acknowledge" })}
      >
        {say(language, "acknowledge")}
      </button>
      <button
        type="button"
        class="link"
        data-answer="snooze"
        aria-disabled={isUnderWay}
        onClick={() => answer({ kind: "snooze", for_min: SNOOZE_MIN })}
      >
        {say(language, "snooze", { minutes: String(SNOOZE_MIN) })}
      </button>
      <Fault language={language} why={fault} />
    </span>
  );
}
