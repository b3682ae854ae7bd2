// Moments as people read them: those of the fair in Beijing time, those of the wall in the reader's own.

import { type Language, say } from "./text";

export const BEIJING = "Asia/Shanghai";
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const BEIJING_OFFSET_MS = 8 * HOUR_MS; // all year, since 1991

const FAIR = { timeZone: BEIJING } as const;
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const LOOKS = {
  date: { ...FAIR, month: "short", day: "numeric", weekday: "short" },
  time: { ...FAIR, ...TIME },
  weekday: { ...FAIR, weekday: "short" },
  day: { ...FAIR, day: "numeric" },
  month: { ...FAIR, month: "short" },
  wall_time: TIME,
  wall_time_s: { ...TIME, second: "2-digit" },
  wall_moment: { day: "numeric", month: "short", ...TIME },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
type Look = keyof typeof LOOKS;
const formats: Record<Language, Partial<Record<Look, Intl.DateTimeFormat>>> = { en: {}, zh: {} };

/** Returns a moment of the fair: weekday, date and time in Beijing. */
export function moment(language: Language, ms: number): string {
  return `${date(language, ms)} ${time(language, ms)}`;
}

/** Returns weekday and date in Beijing. */
export function date(language: Language, ms: number): string {
  if (language === "en") return `${weekday(language, ms)} ${day(ms)} ${month(ms)}`;
  return written(language, ms, "date");
}

/** Returns the time of day in Beijing. */
export function time(language: Language, ms: number): string {
  return written(language, ms, "time");
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
  return written(language, ms, withSeconds ? "wall_time_s" : "wall_time");
}

/** Returns the day of the week in Beijing. */
export function weekday(language: Language, ms: number): string {
  return written(language, ms, "weekday");
}

function day(ms: number): string {
  return written("en", ms, "day");
}

function month(ms: number): string {
  return written("en", ms, "month").slice(0, 3); // "Sep", where British English has "Sept"
}

/** Returns a moment in a look, each made once for a language: making one is dear. */
function written(language: Language, ms: number, look: Look): string {
  return (formats[language][look] ??= new Intl.DateTimeFormat(say(language, "locale"), LOOKS[look])).format(ms);
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
  return written(language, ms, "wall_moment");
}
