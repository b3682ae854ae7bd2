// Numbers as people read them.

import { isTag } from "./locale";
import { type Language, say } from "./text";

/** How a measure is written: its unit, in words that `unit` of fairfacts' MEASURES begins with. */
export type As = "count" | "share" | "usd" | "cny" | "s" | "h" | "ms" | "density" | "mean";

/** From here on a count is written with three digits and a word for its size. */
const LONGEST_COUNT = 1e6;
const THREE = { notation: "compact", maximumSignificantDigits: 3 } as const;
const MONEY = { ...THREE, style: "currency", currencyDisplay: "narrowSymbol" } as const;
const TIME = { style: "unit", unitDisplay: "short" } as const;
const LOOKS = {
  number: { maximumFractionDigits: 1 },
  small: { maximumSignificantDigits: 2 },
  full: { maximumFractionDigits: 4 },
  mean: { maximumFractionDigits: 2 },
  density: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  short: THREE,
  usd: { ...MONEY, currency: "usd" },
  cny: { ...MONEY, currency: "cny" },
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
const formats: Record<Language, Partial<Record<Look, Intl.NumberFormat>>> = { en: {}, zh: {} };

/** Returns a measure as it stands on a tile: at most three digits and a unit, or the whole number below a million. */
export function shown(language: Language, value: number, as: As): string {
  switch (as) {
    case "count":
      return Math.abs(value) < LONGEST_COUNT ? number(language, value) : short(language, value);
    case "share":
      return percent(language, value, 1);
    case "usd":
    case "cny":
      return written(language, value, as);
    case "s":
      return duration(language, value);
    case "h":
      return duration(language, value * 3600);
    case "ms":
      return written(language, value, value < 10 ? "tenths_of_ms" : "ms");
    case "density":
    case "mean":
      return written(language, value, as);
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
  return written(language, value, Math.abs(value) < 1 ? "small" : "number");
}

/** Returns a number in full, for whoever points at the short one. */
export function full(language: Language, value: number): string {
  return written(language, value, "full");
}

/** Returns a number with three digits and a word for its size. */
export function short(language: Language, value: number): string {
  return written(language, value, "short");
}

/** Returns a share (0..1) in per cent, with as many decimals as asked for. */
export function percent(language: Language, share: number, decimals: 0 | 1 = 0): string {
  return written(language, share, decimals === 0 ? "percent" : "tenths_of_percent");
}

/** Returns a length of time in the unit that suits it. */
export function duration(language: Language, seconds: number): string {
  if (seconds < 90) return written(language, seconds, "s");
  if (seconds < 5_400) return written(language, seconds / 60, seconds < 600 ? "tenths_of_min" : "min");
  return written(language, seconds / 3_600, "h");
}

/** Returns a speed as people say it: simulated time for each second of theirs. */
export function times(language: Language, speed: number): string {
  return `${written(language, speed, "number")}×`;
}

/** Returns a number in a look, each made once for a language: many numbers are written with every frame. */
function written(language: Language, value: number, look: Look): string {
  return (formats[language][look] ??= formatOf(language, look)).format(value);
}

function formatOf(language: Language, look: Look): Intl.NumberFormat {
  const own = navigator.languages.find((tag) => tag.startsWith(language) && isTag(tag));
  return new Intl.NumberFormat(own ?? say(language, "locale"), LOOKS[look]);
}
