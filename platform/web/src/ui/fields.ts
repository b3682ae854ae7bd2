// Fields of events and disruptions, each with its name and in its unit.

import { duration, number, percent, shown } from "../text/format";
import { economy, isEconomy, term } from "../text/names";
import { type Language, named } from "../text/words";

const SECONDS_PER_MINUTE = 60;

/** Returns each field as `name value`; fields without a value are left out. */
export function describeFields(language: Language, fields: object): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (value === null || value === undefined || value === "" || typeof value === "object") return [];
    return [`${named(language, "field", name) ?? term(language, name)} ${valueOfField(language, name, value)}`];
  });
}

function valueOfField(language: Language, name: string, value: unknown): string {
  if (typeof value === "number") return amountOfField(language, name, value);
  if (typeof value === "boolean") return named(language, "field", value ? "yes" : "no") ?? String(value);
  const text = String(value);
  return isEconomy(text) ? economy(language, text) : term(language, text);
}

function amountOfField(language: Language, name: string, value: number): string {
  if (name.endsWith("_ms")) return duration(language, value / 1000);
  if (name.endsWith("_min")) return duration(language, value * SECONDS_PER_MINUTE);
  if (name.endsWith("_usd")) return shown(language, value, "usd");
  if (name.endsWith("share")) return percent(language, value);
  if (name === "gate") return number(language, value + 1); // people count from 1
  return number(language, value);
}
