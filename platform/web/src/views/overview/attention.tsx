// What needs attention now: the judgement, the other alarms that the measures raise, and disruptions in effect.

import type { What } from "../../api/types";
import { epochOf, type Page } from "../../state/page";
import { entriesOf } from "../../state/snapshot";
import { moment } from "../../text/clock";
import { term } from "../../text/names";
import { say, translated } from "../../text/words";
import { AlarmLine } from "./alarm";
import { alarmsOf } from "./alarms";
import { Judgement } from "./judgement";

interface Active extends What {
  since_ms: number;
  until_ms?: number;
}

export function Attention({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const alarms = alarmsOf(page);
  const first = alarms[0]?.matter?.answer ? undefined : alarms[0];
  const others = alarms.filter((alarm) => alarm !== first);
  const unbalanced = Object.keys(entriesOf<number>(snapshot, "alarms.out_of_balance"));
  const active = Object.entries(entriesOf<Active>(snapshot, "disruptions.active"));
  const isEmpty = others.length + unbalanced.length + active.length === 0;
  return (
    <>
      <Judgement page={page} alarm={first} isTroubled={!isEmpty} />
      {!isEmpty && (
        <ul class="attention" aria-label={say(language, "attention_title")}>
          {others.map((alarm) => (
            <li key={alarm.name} data-state={alarm.matter?.answer ? "none" : alarm.state} data-alarm={alarm.name}>
              <AlarmLine page={page} alarm={alarm} />
            </li>
          ))}
          {unbalanced.map((what) => (
            <li key={what} data-state="over">
              {say(language, "alarm_balance", { what: translated(language, "balance", what) ?? what })}
            </li>
          ))}
          {active.map(([number, disruption]) => (
            <li key={number} data-state="tight" data-disruption={number}>
              <b>{term(language, disruption.kind)}</b> {when(page, disruption)}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function momentOf(page: Page, ms: number): string {
  return moment(page.language, epochOf(page) + ms);
}

function when(page: Page, { since_ms, until_ms }: Active): string {
  const since = momentOf(page, since_ms);
  if (until_ms === undefined) return say(page.language, "active_since", { since });
  return say(page.language, "active_until", { since, until: momentOf(page, until_ms) });
}
