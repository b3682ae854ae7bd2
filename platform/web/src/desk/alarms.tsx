// The alarms for screen readers, whatever view is looked at.

import type { Page } from "../state/page";
import { entriesOf } from "../state/snapshot";
import { inARow, type Language, named, say } from "../text/words";
import { Spoken } from "../ui/spoken";
import { type Alarm, alarmsOf } from "../views/overview/alarms";

export function SpokenAlarms({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const alarms = alarmsOf(page);
  const isUrgent = alarms.some(({ state, matter }) => state === "over" && !matter?.answer);
  const disruptions = Object.keys(entriesOf(snapshot, "disruptions.active")).length;
  return <Spoken text={spokenOf(language, alarms, disruptions)} isUrgent={isUrgent} />;
}

/** Returns the alarms and disruptions as one sentence, without numbers, which change with every frame. */
function spokenOf(language: Language, alarms: readonly Alarm[], disruptions: number): string {
  if (alarms.length + disruptions === 0) return say(language, "attention_none_short");
  const names = alarms.map(({ name, state }) =>
    inARow(say(language, `alarm_${state}`), named(language, "alarm", name) ?? name),
  );
  const count = disruptions === 0 ? [] : [say(language, "disruptions_now", { count: String(disruptions) })];
  return [...names, ...count].join(say(language, "between_parts"));
}
