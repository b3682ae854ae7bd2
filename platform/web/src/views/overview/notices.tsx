// The latest notices, the newest first.

import { epochOf, type Page } from "../../state/page";
import { disruptionsOf, whatOf } from "../../state/rows";
import { entriesOf } from "../../state/snapshot";
import { moment } from "../../text/clock";
import { number, percent } from "../../text/format";
import { nameOfGate, originOf, term } from "../../text/names";
import { filled, say, translated } from "../../text/words";
import { Sentence } from "../../ui/part";
import { roomOf } from "../../ui/rooms";

interface Notice {
  at_ms: number;
  about: string;
  over: boolean;
  text: string;
  /** The number of the disruption that it announces; none where there is none, or where it could not take effect. */
  disruption?: number;
}

export function Notices({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const notices = Object.entries(entriesOf<Notice>(snapshot, "notices.latest")).reverse();
  if (notices.length === 0) return <p class="quiet">{say(language, "notices_none")}</p>;
  return (
    <ol class="notices">
      {notices.map(([number, notice]) => (
        <li key={number} data-notice={number}>
          <time class="quiet" data-raw={new Date(epochOf(page) + notice.at_ms).toISOString()}>
            {moment(language, epochOf(page) + notice.at_ms)}
          </time>
          <Sentence language={language} own={noticeOf(page, notice)}>
            {notice.text}
          </Sentence>
        </li>
      ))}
    </ol>
  );
}

/** Returns a notice in a language other than the backend's, made from the disruption that it announces. */
function noticeOf(page: Page, { at_ms, about, over, disruption }: Notice): string | undefined {
  const { language } = page;
  const isDone = disruption !== undefined || about === "venue_full";
  const text = translated(language, "notice", isDone ? (over ? `${about}_over` : about) : "not_done");
  if (text === undefined) return undefined;
  const what = disruption === undefined ? { kind: about } : whatOf(page, disruption);
  if (what === undefined) return term(language, about);
  const left = leftOf(page, at_ms, disruption);
  return filled(
    text,
    Object.fromEntries(Object.entries({ ...what, ...left }).map(([name, value]) => [name, wordOf(page, name, value)])),
  );
}

/** Returns what is left of a disruption's time, in minutes, if it is told of later than it began. */
function leftOf(page: Page, atMs: number, number?: number): { lasts_min?: number } {
  const begun = disruptionsOf(page).find((each) => each.disruption === number);
  if (!begun || begun.until_ms === null || atMs <= begun.begun_ms) return {};
  return { lasts_min: Math.max(Math.ceil((begun.until_ms - atMs) / 60_000), 0) };
}

function wordOf(page: Page, name: string, value: unknown): string {
  const { language } = page;
  if (name === "kind") return term(language, String(value));
  if (name === "origin") return originOf(language, String(value));
  if (name === "room") return roomOf(page, String(value));
  if (name === "gate") return nameOfGate(language, Number(value));
  if (name.endsWith("share")) return percent(language, Number(value));
  return typeof value === "number" ? number(language, value) : String(value);
}
