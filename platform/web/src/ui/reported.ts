// How a figure stands beside what was reported: in words, and as the lengths of lines.

import type { Role, Row } from "../api/types";
import type { Page } from "../state/page";
import { amount } from "../state/snapshot";
import { number, percent, round } from "../text/format";
import { type Language, named, say, type Word } from "../text/words";

const REPORTED: Record<string, Word> = {
  "=": "of_reported",
  ">": "of_reported_gt",
  "<": "of_reported_lt",
  "~": "of_reported_about",
};
const OPERATORS: Record<string, Word> = { ">": "op_gt", "<": "op_lt", "~": "op_about" };
export const ROLES: Record<Role, Word> = {
  input: "role_input",
  calibrated: "role_calibrated",
  "held out": "role_held_out",
  changed: "role_changed",
  recorded: "role_recorded",
  emergent: "role_emergent",
};
const ROLES_ABOUT: Record<Role, Word> = {
  input: "group_input_about",
  calibrated: "group_calibrated_about",
  "held out": "group_held_out_about",
  changed: "group_changed_about",
  recorded: "group_recorded_about",
  emergent: "group_emergent_about",
};

/** The unit of a figure in money is its currency. */
export const MONEY = /^[A-Z]{3}$/;

/** Returns whether a row's figure was scaled to the run: what it shows was not reported as it stands. */
export function isScaled(row: Row): boolean {
  return typeof row.reported === "number" && row.reported !== row.as_reported;
}

/** Returns what a row's value is beside: the reported figure, or the part of it that the scale of the run leaves. */
export function reported(page: Page, row: Row): string {
  const { language } = page;
  if (typeof row.reported !== "number") return say(language, "of_reported", { value: row.reported ?? "" });
  if (!isScaled(row)) return say(language, REPORTED[row.op] ?? "of_reported", { value: round(language, row.reported) });
  const places = {
    value: scaled(language, row),
    share: percent(language, scaleOf(page), scaleOf(page) < 0.01 ? 1 : 0),
  };
  const whole = withOperator(language, row.op, round(language, Number(row.as_reported)));
  return say(language, isPart(row) ? "of_scaled_part" : "of_scaled", { ...places, reported: whole });
}

/** Returns whether the scale of the run leaves less than one of what a row's figure counts. */
function isPart({ reported, unit }: Row): boolean {
  return Number(reported) > 0 && Number(reported) < 1 && !MONEY.test(unit);
}

/** Returns what the scale of the run leaves of a row's figure: nothing that is counted can come to 392.6. */
export function scaled(language: Language, { reported, unit }: Row): string {
  const value = Number(reported);
  if (MONEY.test(unit)) return number(language, value / 1e6); // in millions, as the names of its figures say
  return whole(language, value);
}

/** Returns a count that a scale left as a fraction, as a whole number. */
export function whole(language: Language, value: number): string {
  return value > 0 && value < 1 ? withOperator(language, "<", "1") : number(language, Math.round(value));
}

export function withOperator(language: Language, op: string, value: string): string {
  const word = OPERATORS[op];
  return word ? say(language, word, { value }) : value;
}

/** Returns where a figure comes from, how it was printed, and what its role and verdict mean. */
export function originsOf(language: Language, row: Row): string[] {
  const { source, as_reported_rounding: rounding, role, verdict, caveat, is_plan } = row;
  return [
    ...(source === "" ? [] : [say(language, "figure_source", { source: documentOf(language, source) })]),
    ...(rounding === 0 ? [] : [say(language, "figure_rounding", { value: number(language, rounding) })]),
    say(language, "about_of", { what: say(language, ROLES[role]), about: say(language, ROLES_ABOUT[role]) }),
    ...(is_plan ? [say(language, "plan_about")] : verdict === "open" ? [say(language, "verdict_open_about")] : []),
    ...(role === "held out" && caveat && !is_plan ? [caveat] : []),
  ];
}

/** Returns a bound on a measure by its path; 0 where there is none, or only the one that any fair has. */
export function boundOf({ snapshot, defaultCap }: Page, path: string): number {
  const bound = snapshot ? amount(snapshot, path) : 0;
  return path === "venue.cap" && bound === defaultCap ? 0 : bound;
}

/** Returns a document and its paragraph as people call them; the backend writes `closing 19`. */
export function documentOf(language: Language, source: string): string {
  const [, name = source, paragraph] = /^(.*\D) (\d{1,3})$/.exec(source) ?? [];
  const document = named(language, "page", `source_${name}`) ?? name;
  return paragraph === undefined ? document : say(language, "source_paragraph", { document, paragraph });
}

/** Returns a bound on a measure in words; at a scale other than 1 the fair's own bound was scaled as well. */
export function capOf(page: Page, cap: string, bound: number): string {
  const { language } = page;
  const scale = scaleOf(page);
  const places = { value: number(language, bound), scale: number(language, scale) };
  if (scale !== 1) return say(language, "of_capacity_scaled", places);
  return say(language, cap === "venue.cap" ? "of_cap" : "of_capacity", places);
}

export function scaleOf({ snapshot }: Page): number {
  return snapshot?.run.scale ?? 1;
}

/** Returns the lengths of a value's line and of the mark of its bound. */
export function reach(value: number, bound: number, headroom: number): Record<string, string> {
  const whole = Math.max(bound * headroom, value);
  return { "--value": drawnShare(value / whole), "--reported": drawnShare(bound / whole) };
}

/** Returns a share (0..1) as it is drawn: a difference that no eye sees changes nothing. */
export function drawnShare(share: number): string {
  return share.toFixed(3);
}
