// Names that the model and the backend make up in English, such as those of sessions and organisations: made again in the
// reader's language from what they are made of. Any other name is somebody's own, and stays.

import type { Language } from ".";
import { economy, inOwnWords, say, term } from ".";

interface Titled {
  title: string;
  kind: string;
  sector: string;
}

/** How the model names sessions, by their kind: with a number, and what it is about. */
const SESSION =
  /^(?:High-level forum|Industry forum|Industry promotion|Event of a foreign economy|Event of a province or city|Evening event)(?: (\d+))?(?:: (.+))?$/;

/** Returns what a session is called. */
export function titleOf(language: Language, { title, kind, sector }: Titled): string {
  const named = language === "en" ? null : SESSION.exec(title);
  if (named === null) return inOwnWords(language, "title", title) ?? title;
  const [, number = "", about = ""] = named;
  return [`${term(language, kind)}${number && ` ${number}`}`, about && subjectOf(language, kind, about, sector)].filter(Boolean).join("：");
}

function subjectOf(language: Language, kind: string, about: string, sector: string): string {
  if (kind === "foreign_day") return about === "all" ? term(language, about) : economy(language, about);
  return kind === "summit_forum" ? (inOwnWords(language, "topic", about) ?? about) : term(language, sector);
}

/** How the backend names organisations (`fairfacts.organisations.name_of`). */
const ORGANISATION = /^(?:([\w ]+) enterprise|Fortune 500 ([\w ]+) company|(Embassy|International organisation|Overseas chamber)) (\d+) \(/;

/** Returns what an organisation of an economy is called. */
export function organisationOf(language: Language, name: string, code: string): string {
  const named = language === "en" ? null : ORGANISATION.exec(name);
  if (named === null) return name;
  const [, enterprise, company, kind, number = ""] = named;
  const sector = enterprise ?? company;
  const what = sector === undefined ? term(language, kind as string) : term(language, sector.toLowerCase().replaceAll(" ", "_"));
  const places = { what, number, economy: economy(language, code) };
  return say(language, enterprise ? "enterprise" : company ? "fortune_500" : "organisation", places);
}

/** Returns what a room is called. */
export function roomOf(language: Language, room: string): string {
  const [, number] = /^room (\d+)$/.exec(room) ?? [];
  return number === undefined ? room : say(language, "room", { number });
}
