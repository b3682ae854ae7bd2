// Numbers as people read them.

import { type Language, say } from "./text";

const formats = new Map<string, Intl.NumberFormat>();

/** Returns a number with its thousands separated and at most one decimal; a small fraction keeps its first digits. */
export function number(language: Language, value: number): string {
  const small = Math.abs(value) < 1;
  return format(language, small ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 1 }).format(value);
}

/** Returns a share (0..1) in per cent, with as many decimals as asked for. */
export function percent(language: Language, share: number, decimals = 0): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return format(language, { style: "percent", ...digits }).format(share);
}

function format(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    const own = navigator.languages.find((tag) => tag.startsWith(language));
    found = new Intl.NumberFormat(own ?? say(language, "locale"), options);
    formats.set(key, found);
  }
  return found;
}
