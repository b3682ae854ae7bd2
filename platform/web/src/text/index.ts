// Every word that the page shows, in both languages.

import { type Word, en } from "./en";
import { figures, measures, terms } from "./names";
import { zh } from "./zh";

export type Language = "en" | "zh";
export type { Word };
export { organisationOf, roomOf, titleOf } from "./made";
export { inOwnWords } from "./said";

const words: Record<Language, Record<Word, string>> = { en, zh };
const regions = new Map<string, Intl.DisplayNames>();

/** Returns a word or sentence, its {places} filled. */
export function say(language: Language, word: Word, places: Record<string, string> = {}): string {
  return filled(words[language][word], places);
}

/** Returns a text with its {places} filled. */
export function filled(text: string, places: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => places[name] ?? "");
}

/** Returns what a figure is called; its id where nobody has named it yet. */
export function nameOf(language: Language, figure: string): string {
  return chosen(language, figures[figure]) ?? figure;
}

/** Returns what a measure is called; its path where nobody has named it yet. */
export function nameOfMeasure(language: Language, path: string): string {
  return chosen(language, measures[path]) ?? path;
}

/** Returns a word that an event carries, such as a sector; the word itself where nobody has named it yet. */
export function term(language: Language, word: string): string {
  return chosen(language, terms[word]) ?? word.replaceAll("_", " ");
}

/** Returns what an economy is called in the reader's language. */
export function economy(language: Language, code: string): string {
  const locale = say(language, "locale");
  let names = regions.get(locale);
  if (!names) {
    names = new Intl.DisplayNames(locale, { type: "region", style: "short" });
    regions.set(locale, names);
  }
  return names.of(code) ?? code;
}

/** Returns whose: of everybody, of an origin, or of an economy. */
export function originOf(language: Language, origin: string): string {
  return /^[A-Z]{2}$/.test(origin) ? economy(language, origin) : term(language, origin);
}

/** Returns the reader's language: the one chosen before, else the browser's. */
export function preferred(): Language {
  const before = localStorage.getItem("language");
  if (before === "en" || before === "zh") return before;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

function chosen(language: Language, names: readonly [string, string, ...unknown[]] | undefined): string | undefined {
  return names?.[language === "en" ? 0 : 1];
}
