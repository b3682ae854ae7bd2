// Moments as people read them: those of the fair in its time zone, those of the wall clock in the reader's own.

import { type Language, ownOf, say } from "./words";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** A day without a change of the clocks. */
export const DAY_MS = 24 * HOUR_MS;

const FAIR = { timeZone: "UTC" } as const; // what the fair's clocks show is written as if they showed UTC
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const LOOKS = {
  time: { ...FAIR, ...TIME },
  weekday: { ...FAIR, weekday: "short" },
  month: { ...FAIR, month: "short" },
  wall_time: TIME,
  wall_time_s: { ...TIME, second: "2-digit" },
  wall_moment: { day: "numeric", month: "short", ...TIME },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
type Look = keyof typeof LOOKS;
const HAS_OFFSET = /T.*([+\- ]\d\d:?\d\d|Z)$/;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns by how much a zone's clocks are ahead of UTC at a moment. */
type Ahead = (ms: number) => number;

let ahead: Ahead = () => 0;

/** Shows moments of the fair in its time zone from now on; without a name, in the offset that its epoch has. */
export function showZone(name: string, epoch: string): void {
  ahead = name === "" ? fixed(epoch) : changing(name);
}

function fixed(epoch: string): Ahead {
  const offset = Date.parse(`${epoch.slice(0, 19)}Z`) - Date.parse(epoch);
  return () => offset;
}

/** Clocks change on whole quarters of an hour: what they show is looked up once for each. */
function changing(timeZone: string): Ahead {
  const shown = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  });
  const known = new Map<number, number>();
  return (ms) => {
    const quarter = Math.floor(ms / (15 * MINUTE_MS)) * 15 * MINUTE_MS;
    let offset = known.get(quarter);
    if (offset === undefined) {
      const at = Object.fromEntries(shown.formatToParts(quarter).map(({ type, value }) => [type, Number(value)]));
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = at;
      offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter;
      known.set(quarter, offset);
    }
    return offset;
  };
}

/** Returns what the fair's clocks show at a moment, as if they showed UTC. */
function shownAt(ms: number): number {
  return ms + ahead(ms);
}

/** Returns the moment at which the fair's clocks show a time: the first of two; so long after a leap over it. */
function momentOf(shown: number): number {
  const { before, after } = around(shown);
  return before === after || shownAt(before) === shown || shownAt(after) !== shown ? before : after;
}

/** Returns when clocks show a time that go as they did the day before, and as they will the day after. */
function around(shown: number): { before: number; after: number } {
  return { before: shown - ahead(shown - DAY_MS), after: shown - ahead(shown + DAY_MS) };
}

/** Returns whether the fair's clocks show a time twice, as they do when they are put back. */
function isTwice(shown: number): boolean {
  const { before, after } = around(shown);
  return before !== after && shownAt(before) === shown && shownAt(after) === shown;
}

/** Returns a moment of the fair: weekday, date and time. */
export function moment(language: Language, ms: number): string {
  return `${date(language, ms)} ${time(language, ms)}`;
}

/** Returns weekday and date at the fair. */
export function date(language: Language, ms: number): string {
  return say(language, "date", { ...placesOf(language, ms), month: month(language, ms) });
}

/** Returns the time of day at the fair. */
export function time(language: Language, ms: number): string {
  return written(language, shownAt(ms), "time");
}

/** Returns a day of the fair as short as can be. */
export function shortDay(language: Language, ms: number): string {
  return say(language, "short_day", placesOf(language, ms));
}

/** Returns the day of the week at the fair. */
export function weekday(language: Language, ms: number): string {
  return written(language, shownAt(ms), "weekday");
}

/** Returns the hour that begins at a moment, with its day. */
export function hourOfDay(language: Language, ms: number): string {
  return `${date(language, ms)} ${time(language, ms)}–${time(language, ms + HOUR_MS)}`;
}

/** Returns the midnights at the fair between two moments, both of them included. */
export function midnights(from: number, to: number): number[] {
  const moments = [];
  for (let midnight = midnightBefore(from); midnight <= to; midnight = midnightAfter(midnight)) {
    if (midnight >= from) moments.push(midnight);
  }
  return moments;
}

/** Returns the midnight at the fair before a moment, or at it. */
export function midnightBefore(ms: number): number {
  return hourAt(ms, 0);
}

/** Returns the midnight at the fair after a moment: a day has 23 or 25 hours where the clocks change. */
export function midnightAfter(ms: number): number {
  return hourAt(ms, 24);
}

/** Returns the midnight with which a day of the fair begins, counted from 0. */
export function midnightOf(epochMs: number, day: number): number {
  return hourAt(epochMs, 24 * day);
}

/** Returns when the fair's clocks show an hour of the day in which a moment lies. */
export function hourAt(ms: number, hour: number): number {
  return momentOf(Math.floor(shownAt(ms) / DAY_MS) * DAY_MS + hour * HOUR_MS);
}

/** Returns the day of the fair, counted from 0, in which a moment lies. */
export function dayOf(epochMs: number, ms: number): number {
  return Math.floor(shownAt(ms) / DAY_MS) - Math.floor(shownAt(epochMs) / DAY_MS);
}

/** Returns by how much the fair's clocks are ahead of UTC at a moment, such as `UTC+8`. */
export function zone(ms: number): string {
  const minutes = Math.round(ahead(ms) / MINUTE_MS);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return minutes === 0
    ? "UTC"
    : `UTC${minutes < 0 ? "−" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

/** Returns by how much the fair's clocks are ahead of UTC at a moment, such as `+08:00`. */
function offset(ms: number): string {
  const minutes = Math.round(ahead(ms) / MINUTE_MS);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** Returns the time of the wall clock, in the reader's time zone. */
export function wallTime(language: Language, ms: number, withSeconds = true): string {
  return written(language, ms, withSeconds ? "wall_time_s" : "wall_time");
}

/** Returns date and time of the wall clock, in the reader's time zone. */
export function wallMoment(language: Language, ms: number): string {
  return written(language, ms, "wall_moment");
}

/** Returns a moment as an address writes it: date and time at the fair, to the second; with the offset where clocks show it twice. */
export function asAddress(ms: number): string {
  const shown = shownAt(ms);
  return new Date(shown).toISOString().slice(0, 19) + (isTwice(shown) ? offset(ms) : "");
}

/** Returns the moment that an address writes, at the fair or with an offset of its own; null where it is none. */
export function fromAddress(text: string): number | null {
  const own = Date.parse(text.replace(" ", "+")); // an address that a person types has a plain plus, which is read as a space
  if (HAS_OFFSET.test(text)) return Number.isNaN(own) ? null : own;
  const shown = Date.parse(`${text}Z`);
  return Number.isNaN(shown) ? null : momentOf(shown);
}

function placesOf(language: Language, ms: number): Record<string, string> {
  return { weekday: weekday(language, ms), day: String(new Date(shownAt(ms)).getUTCDate()) };
}

function month(language: Language, ms: number): string {
  return written(language, shownAt(ms), "month").replace("Sept", "Sep"); // British English has four letters for this one alone
}

/** Returns a moment in a look. Each format is made once for a language: making one is slow. */
function written(language: Language, ms: number, look: Look): string {
  const key = `${language} ${look}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(ownOf(language).locale, LOOKS[look]);
    formats.set(key, format);
  }
  return format.format(ms);
}
