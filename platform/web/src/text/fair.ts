// What the log says of its fair: names of its kinds, zones and occasions, in each language that it has.

import type { Language } from "./words";

/** Texts by language; English is there always. */
export type Names = Readonly<Record<string, string>>;

/** A row of the description: a key, which events bear, and names for people. */
interface Described {
  key: string;
  names: Names;
}

/** The fair as the first event of its log describes it: the parts that the page shows. */
export interface Fair {
  key: string;
  short_names?: Names;
  home: string;
  organisation_kinds: readonly (Described & { called: Names })[];
  session_kinds: readonly (Described & { titles: Names; topics: readonly Described[] })[];
  occasions: readonly (Described & { currency: string })[];
  badges: readonly Described[];
  sectors: readonly Described[];
  zone_kinds: readonly Described[];
  zones: readonly Described[];
  gates: readonly Described[];
  rooms: readonly Described[];
  /** Paths of the measures that are shown first; empty where the fair has no preference. */
  headlines: readonly string[];
}

const ENGLISH = "en";
const NONE: Fair = {
  ...{ key: "", home: "", organisation_kinds: [], session_kinds: [], occasions: [], badges: [] },
  ...{ sectors: [], zone_kinds: [], zones: [], gates: [], rooms: [], headlines: [] },
};

let shown = NONE;
let rows = new Map<string, Names>();

/** Names things of this fair from now on; of none, by their keys. */
export function showFair(fair: Fair | null): void {
  shown = fair ?? NONE;
  const { sectors, zones, zone_kinds, session_kinds, organisation_kinds, occasions, badges, gates, rooms } = shown;
  const named = [gates, rooms, badges, occasions, organisation_kinds, session_kinds, zone_kinds, zones, sectors].flat();
  rows = new Map(named.map(({ key, names }) => [key, names]));
}

export function fair(): Fair {
  return shown;
}

/** Returns the economy in which the fair is. */
export function home(): string {
  return shown.home;
}

/** Returns the names of a row of the fair by its key; undefined where it has none of that key. */
export function namesOf(key: string): Names | undefined {
  return rows.get(key);
}

/** Returns a text in a language, or in English where there is none. */
export function inLanguage(names: Names, language: Language): string {
  return names[language] ?? names[ENGLISH] ?? "";
}

/** Returns the language that a text of the fair is in, where it is not the reader's: its element is marked so. */
export function foreign(names: Names | undefined, language: Language): string | undefined {
  return names === undefined || names[language] !== undefined ? undefined : ENGLISH;
}

/** Returns how organisations of a kind are called in a language; undefined where the fair does not say. */
export function calledIn(language: Language, kind: string): string | undefined {
  return shown.organisation_kinds.find(({ key }) => key === kind)?.called[language];
}

/** Returns the title of sessions of a kind in a language; undefined where the fair does not say. */
export function titleIn(language: Language, kind: string): string | undefined {
  return shown.session_kinds.find(({ key }) => key === kind)?.titles[language];
}

/** Returns what a title is about in a language, where it is one of the topics of its kind. */
export function topicIn(language: Language, kind: string, about: string): string | undefined {
  const topics = shown.session_kinds.find(({ key }) => key === kind)?.topics ?? [];
  return topics.find(({ key }) => key === about)?.names[language];
}

/** Returns the currency of the results of an occasion. */
export function currencyOf(occasion: string): string {
  return shown.occasions.find(({ key }) => key === occasion)?.currency ?? "USD";
}
