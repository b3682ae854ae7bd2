// Numbers as people read them.

import { isTag } from "./locale";
import { type Language, say } from "./text";

/** How a measure is written: its unit, in words that `unit` of fairfacts' MEASURES begins with. */
export type As = "count" | "share" | "usd" | "cny" | "s" | "h" | "ms" | "density" | "mean";

const formats = new Map<string, Intl.NumberFormat>();
/** From here on a count is written with three digits and a word for its size. */
const LONGEST_COUNT = 1e6;
const DENSITY_DIGITS = { minimumFractionDigits: 2, maximumFractionDigits: 2 } as const;

/** Returns a measure as it stands on a tile: at most three digits and a unit, or the whole number below a million. */
export function shown(language: Language, value: number, as: As): string {
  switch (as) {
    case "count":
      return Math.abs(value) < LONGEST_COUNT ? number(language, value) : short(language, value);
    case "share":
      return percent(language, value, 1);
    case "usd":
    case "cny":
      return money(language, value, as);
    case "s":
      return duration(language, value);
    case "h":
      return duration(language, value * 3600);
    case "ms":
      return quantity(language, value, "millisecond", value < 10 ? 1 : 0);
    case "density":
      return format(language, DENSITY_DIGITS).format(value);
    case "mean":
      return format(language, { maximumFractionDigits: 2 }).format(value);
  }
}

/** Returns a difference with its sign, written as the measure is. */
export function signed(language: Language, value: number, as: As): string {
  const text = shown(language, Math.abs(value), as);
  const isNothing = text === shown(language, 0, as);
  return isNothing ? text : `${value < 0 ? "\u2212" : "+"}${text}`;
}

/** Returns a number with its thousands separated and at most one decimal; a small fraction keeps its first digits. */
export function number(language: Language, value: number): string {
  const small = Math.abs(value) < 1;
  return format(language, small ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 1 }).format(value);
}

/** Returns a number in full, for whoever points at the short one. */
export function full(language: Language, value: number): string {
  return format(language, { maximumFractionDigits: 4 }).format(value);
}

/** Returns a number with three digits and a word for its size. */
export function short(language: Language, value: number): string {
  return format(language, { notation: "compact", maximumSignificantDigits: 3 }).format(value);
}

/** Returns a share (0..1) in per cent, with as many decimals as asked for. */
export function percent(language: Language, share: number, decimals = 0): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return format(language, { style: "percent", ...digits }).format(share);
}

/** Returns an amount of money with three digits. */
export function money(language: Language, value: number, currency: "usd" | "cny"): string {
  return format(language, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    notation: "compact",
    maximumSignificantDigits: 3,
  }).format(value);
}

/** Returns a length of time in the unit that suits it. */
export function duration(language: Language, seconds: number): string {
  if (seconds < 90) return quantity(language, seconds, "second", 0);
  if (seconds < 5_400) return quantity(language, seconds / 60, "minute", seconds < 600 ? 1 : 0);
  return quantity(language, seconds / 3_600, "hour", 1);
}

/** Returns a speed as people say it: simulated time for each second of theirs. */
export function times(language: Language, speed: number): string {
  return `${format(language, { maximumFractionDigits: 1 }).format(speed)}×`;
}

function quantity(language: Language, value: number, unit: string, decimals: number): string {
  return format(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: decimals }).format(value);
}

function format(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    const own = navigator.languages.find((tag) => tag.startsWith(language) && isTag(tag));
    found = new Intl.NumberFormat(own ?? say(language, "locale"), options);
    formats.set(key, found);
  }
  return found;
}
