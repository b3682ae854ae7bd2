// Names of things, made from the keys that the backend gives: measures, figures, sectors, economies, organisations,
// sessions, rooms.

import { calledIn, fair, inLanguage, type Names, namesOf, titleIn, topicIn } from "./fair";
import { filled, type Language, named, ownOf, say, translated } from "./words";

const ENGLISH = "en";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Whatever may be the code of an economy. */
const CODES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
const regions = new Map<string, Intl.DisplayNames>();

/** Returns the name of a figure in a language or in English; its id where its fair has not named it. */
export function nameOfFigure(language: Language, { figure, names }: { figure: string; names: Names }): string {
  return inLanguage(names, language) || figure;
}

/** Returns the name of a measure; its path where nobody has named it yet. */
export function nameOfMeasure(language: Language, path: string): string {
  return named(language, "measure", path) ?? path;
}

/**
 * Returns the name of a key that an event carries, such as a sector; in titles its words stand apart. The key itself
 * where nobody has named it yet.
 */
export function term(language: Language, key: string): string {
  const names = namesOf(key.replaceAll(" ", "_")) ?? namesOf(key);
  if (names !== undefined) return inLanguage(names, language);
  return named(language, "term", key.replaceAll(" ", "_")) ?? key.replaceAll("_", " ");
}

/** Returns the name of a gate, by its number from 0: people count from 1 where it has none. */
export function nameOfGate(language: Language, number: number): string {
  const gate = fair().gates[number];
  return gate === undefined ? say(language, "gate", { number: String(number + 1) }) : inLanguage(gate.names, language);
}

/** Returns the short name of the fair that is shown, where its own scenario is played; else the scenario's name or title. */
export function nameOfScenario(language: Language, scenario: string): string {
  const { key, short_names } = fair();
  const own = key === scenario && short_names && inLanguage(short_names, language);
  return own || (translated(language, "scenario", scenario) ?? scenario);
}

/** Returns the name of an economy: a language's own, where the browser's is not how the trade writes it. */
export function economy(language: Language, code: string): string {
  const { locale } = ownOf(language);
  let names = regions.get(locale);
  if (!names) {
    names = new Intl.DisplayNames(locale, { type: "region", style: "short" });
    regions.set(locale, names);
  }
  return translated(language, "economy", code) ?? (isEconomy(code) ? (names.of(code) ?? code) : code);
}

/** Returns a text with the names of economies replaced by their codes, as which the backend looks for them. */
export function withCodes(language: Language, text: string): string {
  const named = CODES.map((code) => [economy(language, code), code] as const)
    .filter(([name, code]) => name !== code && text.includes(name) && isCurrent(code))
    .sort(([a], [b]) => b.length - a.length); // 中国香港 before 中国
  return named.reduce((rest, [name, code]) => rest.replaceAll(name, code), text);
}

/** Returns whether a code is in use: Germany has that of a country that is no more, too. */
function isCurrent(code: string): boolean {
  return Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`;
}

export function isEconomy(code: string): boolean {
  return /^[A-Z]{2}$/.test(code);
}

/** Returns the name of an origin: everybody, domestic, overseas, or an economy. */
export function originOf(language: Language, origin: string): string {
  return isEconomy(origin) ? economy(language, origin) : term(language, origin);
}

/** An organisation: the backend makes its English name from its kind, sector, number and economy. */
export interface Organisation {
  name: string;
  organisation: number;
  kind: string;
  sector: string;
  economy: string;
}

export function organisationOf(
  language: Language,
  { name, organisation, kind, sector, economy: code }: Organisation,
): string {
  const pattern = language === ENGLISH ? undefined : calledIn(language, kind);
  if (pattern === undefined) return name;
  const places = { sector: term(language, sector), place: economy(language, code), number: String(organisation) };
  return filled(pattern, places);
}

/** A session: the backend gives what its title was made from, where it is not somebody's own. */
export interface Titled {
  title: string;
  kind: string;
  /** Null where the title is somebody's own. */
  number_of_kind: number | null;
  about: string;
}

export function titleOf(language: Language, { title, kind, number_of_kind, about }: Titled): string {
  if (number_of_kind === null) return title;
  const pattern = language === ENGLISH ? undefined : titleIn(language, kind);
  if (pattern === undefined) return isEconomy(about) ? title.replace(about, economy(language, about)) : title;
  return filled(pattern, { number: String(number_of_kind), about: subjectOf(language, kind, about) });
}

function subjectOf(language: Language, kind: string, about: string): string {
  return topicIn(language, kind, about) ?? (isEconomy(about) ? economy(language, about) : term(language, about));
}

/** Returns the name of a room: the backend gives its number, where it has no name of its own. */
export function roomOf(language: Language, room: string, number: number | null): string {
  const names = namesOf(room);
  if (names !== undefined) return inLanguage(names, language);
  const pattern = number === null ? undefined : translated(language, "pattern", "room");
  return pattern === undefined ? room : filled(pattern, { number: String(number) });
}
