// Moments as people read them: those of the fair in Beijing time, those of the wall in the reader's own.

import { type Language, say } from "./text";

export const BEIJING = "Asia/Shanghai";
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const BEIJING_OFFSET_MS = 8 * HOUR_MS; // all year, since 1991

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns a moment of the fair: weekday, date and time in Beijing. */
export function moment(language: Language, ms: number): string {
  return `${date(language, ms)} ${time(language, ms)}`;
}

/** Returns weekday and date in Beijing. */
export function date(language: Language, ms: number): string {
  if (language === "en") return `${weekday(language, ms)} ${day(ms)} ${month(ms)}`;
  return format(language, { month: "short", day: "numeric", weekday: "short" }).format(ms);
}

/** Returns the time of day in Beijing. */
export function time(language: Language, ms: number): string {
  return format(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
}

/** Returns a day of the fair in as little room as can be. */
export function shortDay(language: Language, ms: number): string {
  return language === "en" ? `${weekday(language, ms)} ${day(ms)}` : `${day(ms)}日 ${weekday(language, ms)}`;
}

/** Returns the hour that begins at a moment, with its day. */
export function hourOfDay(language: Language, ms: number): string {
  return `${date(language, ms)} ${time(language, ms)}–${time(language, ms + HOUR_MS)}`;
}

/** Returns the midnights in Beijing between two moments. */
export function midnights(from: number, to: number): number[] {
  const first = Math.ceil((from + BEIJING_OFFSET_MS) / DAY_MS) * DAY_MS - BEIJING_OFFSET_MS;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / DAY_MS) + 1) }, (_, i) => first + i * DAY_MS);
}

/** Returns a moment of the wall clock, in the reader's time zone. */
export function wallTime(language: Language, ms: number, withSeconds = true): string {
  const seconds = withSeconds ? ({ second: "2-digit" } as const) : {};
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...seconds } as const;
  return new Intl.DateTimeFormat(say(language, "locale"), options).format(ms);
}

function weekday(language: Language, ms: number): string {
  return format(language, { weekday: "short" }).format(ms);
}

function day(ms: number): string {
  return format("en", { day: "numeric" }).format(ms);
}

function month(ms: number): string {
  return format("en", { month: "short" }).format(ms).slice(0, 3); // "Sep", where British English has "Sept"
}

function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(say(language, "locale"), { timeZone: BEIJING, ...options });
    formats.set(key, found);
  }
  return found;
}

/** Returns a moment as an address writes it: date and time in Beijing, to the second. */
export function inWords(ms: number): string {
  return new Date(ms + BEIJING_OFFSET_MS).toISOString().slice(0, 19);
}

/** Returns the moment that `inWords` wrote; null where the words are none. */
export function fromWords(words: string): number | null {
  const ms = Date.parse(`${words}Z`);
  return Number.isNaN(ms) ? null : ms - BEIJING_OFFSET_MS;
}

/** Returns the midnight in Beijing before a moment. */
export function midnightBefore(ms: number): number {
  return Math.floor((ms + BEIJING_OFFSET_MS) / DAY_MS) * DAY_MS - BEIJING_OFFSET_MS;
}

/** Returns date and time of the wall clock, in the reader's time zone. */
export function wallMoment(language: Language, ms: number): string {
  const options = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(say(language, "locale"), options).format(ms);
}
