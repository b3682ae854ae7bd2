// What needs attention now: alarms that the measures raise, disruptions in effect, and what everybody was told.

import { chooseView } from "./actions";
import type { View } from "./address";
import { epochOf } from "./chart";
import { moment } from "./clock";
import { type As, number, percent, shown } from "./format";
import { Told } from "./parts";
import { type What, whatOf } from "./services";
import { type Snapshot, measure } from "./snapshot";
import type { Page } from "./store";
import { type Language, type Word, filled, inOwnWords, originOf, roomOf, say, term } from "./text";

interface Alarm {
  state: "tight" | "over";
  value: number;
  limit: number;
}

interface Disruption extends What {
  since_ms: number;
  until_ms?: number;
}

interface Notice {
  at_ms: number;
  about: string;
  over: boolean;
  text: string;
  /** Its number; none where it tells of none, or of one that could not take effect. */
  disruption?: number;
}

/** Where each alarm is looked into, and how its numbers are written. */
const ALARMS: Record<string, readonly [View, As]> = {
  "platform.capacity": ["platform", "share"],
  "platform.rooms": ["platform", "count"],
  "platform.viewers": ["platform", "count"],
  "platform.requests": ["platform", "count"],
  "venue.cap": ["venue", "count"],
  "venue.density": ["venue", "density"],
  "negotiations.lapses": ["negotiations", "share"],
};

export function Attention({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const raised = Object.entries(entries<Alarm>(snapshot, "alarms.raised"));
  const unbalanced = Object.keys(entries<number>(snapshot, "alarms.out_of_balance"));
  const active = Object.entries(entries<Disruption>(snapshot, "disruptions.active"));
  return (
    <ul class="attention" aria-label={say(language, "attention_title")} aria-live="polite">
      {raised.length + unbalanced.length + active.length === 0 && <li data-state="fine">{say(language, "attention_none")}</li>}
      {raised.map(([name, alarm]) => {
        const [view, as] = ALARMS[name] ?? ["overview", "count"];
        const places = { value: shown(language, alarm.value, as), limit: shown(language, alarm.limit, as) };
        return (
          <li key={name} data-state={alarm.state} data-alarm={name}>
            <button type="button" onClick={() => chooseView(view)}>
              <b>{say(language, `alarm_${alarm.state}`)}</b> {say(language, `alarm_${name.replace(".", "_")}` as Word, places)}
            </button>
          </li>
        );
      })}
      {unbalanced.map((what) => (
        <li key={what} data-state="over">
          {say(language, "alarm_balance", { what: inOwnWords(language, "balance", what) ?? what })}
        </li>
      ))}
      {active.map(([number, disruption]) => (
        <li key={number} data-state="tight" data-disruption={number}>
          <b>{term(language, disruption.kind)}</b> {when(page, disruption)}
        </li>
      ))}
    </ul>
  );
}

/** The latest notices, the newest first. */
export function Notices({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const notices = Object.entries(entries<Notice>(snapshot, "notices.latest")).reverse();
  if (notices.length === 0) return <p class="quiet">{say(language, "notices_none")}</p>;
  return (
    <ol class="notices">
      {notices.map(([number, notice]) => (
        <li key={number} data-notice={number}>
          <time class="quiet">{moment(language, epochOf(page) + notice.at_ms)}</time>
          <Told language={language} own={noticeOf(page, notice)}>
            {notice.text}
          </Told>
        </li>
      ))}
    </ol>
  );
}

/** Returns a notice in a language that is not the backend's: made of the disruption that it tells of, as soon as that is known. */
function noticeOf(page: Page, { about, over, disruption }: Notice): string | undefined {
  const { language } = page;
  const isDone = disruption !== undefined || about === "venue_full";
  const text = inOwnWords(language, "notice", isDone ? (over ? `${about}_over` : about) : "not_done");
  if (text === undefined) return undefined;
  const what = disruption === undefined ? { kind: about } : whatOf(page, disruption);
  if (what === undefined) return term(language, about);
  return filled(text, Object.fromEntries(Object.entries(what).map(([name, value]) => [name, placeOf(language, name, value)])));
}

function placeOf(language: Language, name: string, value: unknown): string {
  if (name === "kind") return term(language, String(value));
  if (name === "origin") return originOf(language, String(value));
  if (name === "room") return roomOf(language, String(value));
  if (name === "gate") return number(language, Number(value) + 1); // people count from 1
  if (name.endsWith("share")) return percent(language, Number(value));
  return typeof value === "number" ? number(language, value) : String(value);
}

/** Returns how many alarms there are, for the name of the view that lists them. */
export function alarmsOf(page: Page): number {
  const count = page.snapshot && measure(page.snapshot, "alarms.count");
  return typeof count === "number" ? count : 0;
}

function when(page: Page, { since_ms, until_ms }: Disruption): string {
  const since = moment(page.language, epochOf(page) + since_ms);
  if (until_ms === undefined) return say(page.language, "active_since", { since });
  return say(page.language, "active_until", { since, until: moment(page.language, epochOf(page) + until_ms) });
}

function entries<T>(snapshot: Snapshot, path: string): Record<string, T> {
  return (measure(snapshot, path) as Record<string, T> | undefined) ?? {};
}
