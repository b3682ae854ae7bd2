// The words of the page by key: one file for each language, all of one form.
//
// English names what the page itself says. The backend sends its own sentences in English with a key each; every other
// language has those as well, in sections that English leaves out. What a language says of itself is known at once; its
// words are fetched when somebody reads it.

import { forGood } from "../browser/storage";
import type english from "./words/en.json";

export type Language = string;
export type Word = keyof (typeof english)["page"];
/** What a language says of itself. */
type Own = (typeof english)["language"];
type Section = Exclude<keyof typeof english, "language">;
/** Sections for sentences of the backend, which are keyed by what they are about. */
export type Topic =
  | "parameter"
  | "scenario"
  | "question"
  | "disruption"
  | "notice"
  | "balance"
  | "finding"
  | "evidence"
  | "economy"
  | "pattern";
export type Words = Partial<Record<Section | Topic, Record<string, string>>>;

const ENGLISH = "en";
const AGAIN_AFTER_MS = 1_000;
const owns = byLanguage(import.meta.glob<Own>("./words/*.json", { eager: true, import: "language" }));
const addresses = byLanguage(
  import.meta.glob<string>("./words/*.json", { eager: true, query: "?url", import: "default" }),
);
const words = new Map<Language, Words>();

/** All languages, in the order in which the page offers them. */
export const LANGUAGES: readonly Language[] = [...owns.keys()].sort();

/** Fetches the words of a language, once; again and again while the backend is away. */
export async function loadWords(language: Language): Promise<void> {
  while (!words.has(language)) {
    const fetched = await wordsAt(addresses.get(language) ?? "").catch(() => null);
    if (fetched !== null) addWords(language, fetched);
    else await new Promise((again) => setTimeout(again, AGAIN_AFTER_MS));
  }
}

async function wordsAt(address: string): Promise<Words | null> {
  const answer = await fetch(address);
  return answer.ok ? ((await answer.json()) as Words) : null;
}

export function addWords(language: Language, added: Words): void {
  words.set(language, added);
}

/** Returns what a language says of itself, whether its words are there or not. */
export function ownOf(language: Language): Own {
  return owns.get(language) ?? (owns.get(ENGLISH) as Own);
}

/** Returns a word or sentence of the page, its {places} filled. */
export function say(language: Language, word: Word, places: Record<string, string> = {}): string {
  return filled(named(language, "page", word) ?? word, places);
}

/** Returns a name by its key; undefined where nobody has named it. */
export function named(language: Language, section: Section, key: string): string | undefined {
  return words.get(language)?.[section]?.[key];
}

/** Returns a sentence of the backend in a language other than its own; undefined where the backend's own is to be shown. */
export function translated(language: Language, topic: Topic, key: string): string | undefined {
  return words.get(language)?.[topic]?.[key];
}

export const NO_BREAK = "\u00a0";
/** Chinese characters and full-width punctuation, and a place with the blanks that part it from these. */
const WIDE = "[\\p{Script=Han}\\u3000-\\u303f\\uff00-\\uffef]";
const PLACE = new RegExp(`((?<=${WIDE}) )?\\{(\\w+)\\}( (?=${WIDE}))?`, "gu");
const ENDS_WITH_WIDE_MARK = /[\u3000-\u303f\uff00-\uffef]$/u;
const [BEGINS_WIDE, ENDS_WIDE] = [new RegExp(`^${WIDE}`, "u"), new RegExp(`${WIDE}$`, "u")];

/**
 * Returns a text with its {places} filled. A blank parts Chinese from a number or Latin word, not from more Chinese; no
 * line breaks there, so that no number stands alone.
 */
export function filled(text: string, places: Record<string, string>): string {
  return text.replace(PLACE, (_, before = "", name: string, after = "") => {
    const value = places[name] ?? "";
    const [first, last] = [before && NO_BREAK, after && NO_BREAK];
    return (BEGINS_WIDE.test(value) ? "" : first) + value + (ENDS_WIDE.test(value) ? "" : last);
  });
}

/** Returns texts in a row. A blank parts them, but none follows a full-width mark, which brings its own. */
export function inARow(...texts: readonly string[]): string {
  return texts.reduce((before, text) => before + gapAfter(before) + text);
}

/** Returns the blank that follows a text. */
export function gapAfter(text: string): string {
  return ENDS_WITH_WIDE_MARK.test(text) ? "" : " ";
}

/** Returns the language that follows in the order in which the page offers them. */
export function nextLanguage(language: Language): Language {
  return LANGUAGES[(LANGUAGES.indexOf(language) + 1) % LANGUAGES.length] ?? ENGLISH;
}

/** Returns the reader's language: the one chosen before, else the browser's, else English. */
export function preferredLanguage(): Language {
  const before = forGood.get("language");
  if (before !== null && owns.has(before)) return before;
  return LANGUAGES.find((language) => navigator.language.startsWith(language)) ?? ENGLISH;
}

function byLanguage<Of>(files: Record<string, Of>): Map<Language, Of> {
  return new Map(
    Object.entries(files).map(([file, of]) => [file.slice("./words/".length).replace(/\.json.*$/, ""), of]),
  );
}
