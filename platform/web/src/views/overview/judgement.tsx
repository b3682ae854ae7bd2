// One judgement above all numbers: what wants doing, how it goes against what is usual at this hour, and who waits.

import type { Outlook } from "../../api/types";
import { epochOf, type Page, runOf } from "../../state/page";
import { comparisonOf, outlookOf } from "../../state/rows";
import { amount, type Snapshot } from "../../state/snapshot";
import { time } from "../../text/clock";
import { number } from "../../text/format";
import { nameOfMeasure, term } from "../../text/names";
import { inARow, type Language, say, type Word } from "../../text/words";
import { Note } from "../../ui/measure";
import { AlarmLine } from "./alarm";
import { type Alarm, remedy } from "./alarms";
import { Busiest } from "./busiest";

/** How long requests wait now, whether that raises an alarm or not. */
const WAITS = { longest: "negotiations.waiting_longest_s", over: "negotiations.waiting_over_30min" };

interface Props {
  page: Page;
  /** The most urgent alarm that nobody sees to; undefined where there is none. */
  alarm: Alarm | undefined;
  /** Whether anything else is short, or out of order. */
  isTroubled: boolean;
}

export function Judgement({ page, alarm, isTroubled }: Props) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const outlook = outlookOf(page);
  const isOver = snapshot.run.phase === "closed" || snapshot.run.phase === "ended";
  const isFine = !isTroubled && runOf(page)?.state !== "failed";
  return (
    <section class="judgement" id="judgement" aria-label={say(language, "attention_title")}>
      {alarm ? (
        <p class="headline" data-state={alarm.state} data-alarm={alarm.name}>
          <AlarmLine page={page} alarm={alarm} />
        </p>
      ) : isOver ? (
        <p class="headline" data-state="none">
          {resultOf(page)}
        </p>
      ) : (
        isFine && (
          <p class="headline" data-state="fine">
            {say(language, calmOf(snapshot))}
          </p>
        )
      )}
      <p class="quiet">
        {alarm && <span data-remedy>{inARow(...remedy(page, alarm))}</span>}
        {outlook?.counts.map((count) => (
          <span key={count.measure} data-usual={count.measure}>
            {usualOf(page, count)}
          </span>
        ))}
        {!isOver && (
          <span data-waits>
            <Note page={page} word="waits_now" of={WAITS} />
            {outlook && besideWaits(language, snapshot, outlook)}
          </span>
        )}
      </p>
      {isOver && <Busiest page={page} snapshot={snapshot} />}
    </section>
  );
}

/** Without an alarm: that nobody waits too long is said only while nobody does. */
function calmOf(snapshot: Snapshot): Word {
  return amount(snapshot, WAITS.over) === 0 ? "attention_none" : "attention_none_short";
}

/** Returns what has come of late, against what usually does at this hour. */
function usualOf(page: Page, { measure, since_ms, came, usual, way }: Outlook["counts"][number]): string {
  const { language } = page;
  return say(language, `came_${way}`, {
    name: nameOfMeasure(language, measure),
    came: number(language, came),
    usual: number(language, usual),
    since: time(language, epochOf(page) + since_ms),
  });
}

/** Returns how many usually wait so long at this hour, and where most wait. */
function besideWaits(language: Language, snapshot: Snapshot, { waits }: Outlook): string {
  const { usual_over_30min: usual, where } = waits;
  const isLong = amount(snapshot, WAITS.over) > 0 && where !== "";
  return [
    usual === null ? "" : say(language, "waits_usual", { usual: number(language, usual) }),
    isLong ? say(language, "waits_where", { where: term(language, where) }) : "",
  ].join("");
}

/** Returns what came of the fair, against what was reported, if anything was: figures that were given or fitted say nothing. */
function resultOf(page: Page): string {
  const { language } = page;
  const { evidence, missing } = comparisonOf(page) ?? {};
  if (!evidence) return say(language, "result_over");
  if (missing) return say(language, "result_none");
  if (evidence.held_out === 0) return say(language, "result_unheld");
  const { held_out, agree, differ, left_open } = evidence;
  const [held, agreed, differed, open] = [held_out, agree, differ, left_open].map((count) => number(language, count));
  return say(language, "result", { held: held ?? "", agree: agreed ?? "", differ: differed ?? "", open: open ?? "" });
}
