// Numbers as people read them.

import { isTag } from "./tags";
import { type Language, NO_BREAK, ownOf, say } from "./words";

/** How a measure is written. */
export type Format =
  | "count"
  | "share"
  | "usd"
  | "money"
  | "s"
  | "h"
  | "ms"
  | "density"
  | "mean"
  | "text"
  | "moment"
  | "date";

/** From here on a count is written with three digits and a word for its size. */
const LONGEST_COUNT = 1e6;
const SECONDS_PER_HOUR = 3_600;
const THREE = { notation: "compact", maximumSignificantDigits: 3 } as const;
const MONEY = { ...THREE, style: "currency" } as const;
const TIME = { style: "unit", unitDisplay: "short" } as const;
const LOOKS = {
  number: { maximumFractionDigits: 1 },
  small: { maximumSignificantDigits: 2 },
  full: { maximumFractionDigits: 4 },
  mean: { maximumFractionDigits: 2 },
  density: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  short: THREE,
  exact: { notation: "compact", maximumSignificantDigits: 6 },
  usd: { ...MONEY, currency: "usd" },
  percent: { style: "percent", maximumFractionDigits: 0 },
  tenths_of_percent: { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 },
  ms: { ...TIME, unit: "millisecond", maximumFractionDigits: 0 },
  tenths_of_ms: { ...TIME, unit: "millisecond", maximumFractionDigits: 1 },
  s: { ...TIME, unit: "second", maximumFractionDigits: 0 },
  min: { ...TIME, unit: "minute", maximumFractionDigits: 0 },
  tenths_of_min: { ...TIME, unit: "minute", maximumFractionDigits: 1 },
  h: { ...TIME, unit: "hour", maximumFractionDigits: 1 },
} as const satisfies Record<string, Intl.NumberFormatOptions>;
type Look = keyof typeof LOOKS;
const formats = new Map<string, Intl.NumberFormat>();

/** Returns a measure as a tile shows it: at most three digits and a unit, or the whole number below a million. */
export function shown(language: Language, value: number, format: Format): string {
  switch (format) {
    case "count":
      return Math.abs(value) < LONGEST_COUNT ? number(language, value) : short(language, value);
    case "share":
      return percent(language, value, 1);
    case "s":
      return duration(language, value);
    case "h":
      return duration(language, value * SECONDS_PER_HOUR);
    case "ms":
      return written(language, value, value < 10 ? "tenths_of_ms" : "ms");
    case "usd":
    case "density":
    case "mean":
      return written(language, value, format);
    case "money": // of a currency that only its key says: `money` writes it
      return short(language, value);
    case "text":
    case "moment":
    case "date":
      return String(value); // a number is none of these
  }
}

/** Returns an amount of money in its currency, an ISO 4217 code. */
export function money(language: Language, value: number, currency: string): string {
  return written(language, value, "usd", currency);
}

/** Returns a difference with its sign, written like its measure; shares differ in points. */
export function signed(language: Language, value: number, format: Format): string {
  const text = difference(language, Math.abs(value), format);
  const isNothing = text === difference(language, 0, format);
  return isNothing ? text : `${value < 0 ? "\u2212" : "+"}${text}`;
}

/** Returns how far a difference may lead to either side, written like its measure. */
export function within(language: Language, value: number, format: Format): string {
  return `±${difference(language, value, format)}`;
}

function difference(language: Language, value: number, format: Format): string {
  if (format !== "share") return shown(language, value, format);
  return say(language, "points", { value: written(language, 100 * value, "number") });
}

/** Returns a number with its thousands separated and at most one decimal; a small fraction keeps its first digits. */
export function number(language: Language, value: number): string {
  return written(language, value, Math.abs(value) < 1 ? "small" : "number");
}

/** Returns a number in full: it explains the short one. */
export function full(language: Language, value: number): string {
  return written(language, value, "full");
}

/** Returns a number with three digits and a word for its size. */
export function short(language: Language, value: number): string {
  return written(language, value, "short");
}

/** Returns a round number the way the language writes one: 550,000 in English, 55 万 in Chinese. */
export function round(language: Language, value: number): string {
  const isInTenThousands = ownOf(language).counts_in === "10000";
  return isInTenThousands && value >= 1e4 && value % 1e3 === 0
    ? written(language, value, "exact")
    : number(language, value);
}

/** Returns a share (0..1) in per cent, with as many decimals as are asked for. */
export function percent(language: Language, share: number, decimals: 0 | 1 = 0): string {
  return written(language, share, decimals === 0 ? "percent" : "tenths_of_percent");
}

/** Returns a length of time in the unit that suits it. */
export function duration(language: Language, seconds: number): string {
  if (seconds < 90) return written(language, seconds, "s");
  if (seconds < 5_400) return written(language, seconds / 60, seconds < 600 ? "tenths_of_min" : "min");
  return written(language, seconds / SECONDS_PER_HOUR, "h");
}

/** Returns a speed: simulated time for each second of the reader's. */
export function times(language: Language, speed: number): string {
  return `${written(language, speed, "number")}×`;
}

/** Returns a number in a look. Each format is made once for a language: every frame writes many numbers. */
function written(language: Language, value: number, look: Look, currency?: string): string {
  const key = `${language} ${look} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    format = formatOf(language, look, currency);
    formats.set(key, format);
  }
  return format.format(value).replace(/(?<=\d)(?=\p{Script=Han})/u, NO_BREAK); // as `filled` parts them
}

function formatOf(language: Language, look: Look, currency?: string): Intl.NumberFormat {
  const own = navigator.languages.find((tag) => tag.startsWith(language) && isTag(tag));
  const display = ownOf(language).currency_as === "name" ? "name" : "narrowSymbol";
  const options: Intl.NumberFormatOptions = { ...LOOKS[look] };
  if (options.style === "currency") Object.assign(options, { currencyDisplay: display, ...(currency && { currency }) });
  return new Intl.NumberFormat(own ?? ownOf(language).locale, options);
}
