// The alarms that are raised, in words, what wants doing, and what operators said of them.

import type { Outlook } from "../../api/types";
import type { View } from "../../state/address";
import { epochOf, type Page } from "../../state/page";
import { outlookOf } from "../../state/rows";
import { entriesOf } from "../../state/snapshot";
import { moment, time } from "../../text/clock";
import { type Format, shown } from "../../text/format";
import { nameOfGate, term } from "../../text/names";
import { type Language, say, type Word } from "../../text/words";

type Matter = Outlook["matters"][number];

interface Raised {
  state: "tight" | "over";
  value: number;
  limit: number;
  since_ms: number;
  /** A zone, a gate or a sector; none where the alarm has no one place. */
  where?: string;
}

export interface Alarm extends Raised {
  name: string;
  view: View;
  format: Format;
  /** What usually follows, and what an operator said of it; undefined until the backend has answered. */
  matter: Matter | undefined;
}

/** The view that shows more of each alarm, and the format of its numbers: what is most urgent first. */
const SHOWN: Record<string, readonly [View, Format]> = {
  "platform.capacity": ["platform", "share"],
  "platform.rooms": ["platform", "count"],
  "platform.viewers": ["platform", "count"],
  "platform.requests": ["platform", "count"],
  "venue.cap": ["venue", "count"],
  "venue.density": ["venue", "density"],
  "venue.lanes": ["venue", "count"],
  "venue.queue": ["venue", "s"],
  "negotiations.waits": ["negotiations", "share"],
  "negotiations.lapses": ["negotiations", "share"],
};
const URGENCY = Object.keys(SHOWN);

/** Returns the alarms: those that nobody sees to yet first, then what is over its limit, then what is most urgent. */
export function alarmsOf(page: Page): Alarm[] {
  const raised = page.snapshot ? entriesOf<Raised>(page.snapshot, "alarms.raised") : {};
  const matters = outlookOf(page)?.matters ?? [];
  const alarms = Object.entries(raised).map(([name, alarm]): Alarm => {
    const [view, format] = SHOWN[name] ?? ["overview", "count"];
    const matter = matters.find((each) => each.alarm === name && each.since_ms === alarm.since_ms);
    return { ...alarm, name, view, format, matter };
  });
  const rank = (alarm: Alarm): number =>
    (alarm.matter?.answer ? 1_000 : 0) + (alarm.state === "tight" ? 100 : 0) + URGENCY.indexOf(alarm.name);
  return alarms.sort((a, b) => rank(a) - rank(b));
}

/** Returns an alarm in words, with its place by name. */
export function describe(language: Language, { name, format, value, limit, where }: Alarm): string {
  if (name === "platform.capacity" && value === 0) return say(language, "alarm_platform_down");
  return say(language, `alarm_${wordOf(name)}` as Word, {
    value: shown(language, value, format),
    limit: shown(language, limit, format),
    where: placeOf(language, where ?? ""),
  });
}

/** Returns what wants doing, and what usually follows. */
export function remedy(page: Page, alarm: Alarm): string[] {
  const { language } = page;
  const { until_ms = null, eases_ms = null } = alarm.matter ?? {};
  const at = (ms: number): string => time(language, epochOf(page) + ms);
  return [
    say(language, `do_${wordOf(alarm.name)}` as Word),
    ...(until_ms === null ? [] : [say(language, "announced_until", { time: at(until_ms) })]),
    ...(eases_ms === null ? [] : [say(language, "usually_eases", { time: at(eases_ms) })]),
  ];
}

/** Returns what an operator said of an alarm; null where nobody did, or that is over. */
export function answerOf(page: Page, { matter }: Alarm): string | null {
  if (!matter?.answer) return null;
  const { kind, at_ms, until_ms } = matter.answer;
  return say(page.language, `alarm_${kind}`, { time: moment(page.language, epochOf(page) + (until_ms ?? at_ms)) });
}

/** Returns the name of an alarm's place; the backend counts gates from 0, people from 1. */
export function placeOf(language: Language, where: string): string {
  const [kind, number] = where.split(" ");
  return kind === "gate" && number !== undefined ? nameOfGate(language, Number(number)) : term(language, where);
}

function wordOf(name: string): string {
  return name.replace(".", "_");
}
