// What the services of the fair answer: sessions, streams, negotiations, as of the instant that is shown.

import { type Place, type View, instantOf } from "./address";
import { get } from "./api";
import { measure } from "./snapshot";
import type { Page } from "./store";

export interface Session {
  session: number;
  title: string;
  kind: string;
  state: string;
  mode: string;
  sector: string;
  streamed: boolean;
  room: string;
  capacity: number;
  starts_ms: number;
  ends_ms: number;
  /** As it was scheduled before it was moved or delayed. */
  first_room: string;
  first_starts_ms: number;
  opened_ms: number | null;
  closed_ms: number | null;
  attended: number;
  turned_away: number;
}

export interface Stream {
  stream: number;
  title: string;
  state: string;
  viewers: number;
  viewers_peak: number;
  views: number;
}

export interface Negotiation {
  negotiation: number;
  state: string;
  organisation_name: string;
  economy: string;
  exhibitor_name: string;
  exhibitor_economy: string;
  sector: string;
  attempt: number;
  requested_ms: number;
  waited_ms: number;
}

export interface Step {
  at_ms: number;
  type: string;
  said: Record<string, number | string | boolean>;
}

export interface Lapses {
  of: string;
  requested: number;
  answered: number;
  lapsed: number;
  lapse_share: number;
  answered_per_hour: Record<string, number>;
  lapsed_per_hour: Record<string, number>;
}

const COMPARISON = "comparison";
const SESSIONS = "sessions?limit=500";
const ON_AIR = "streams?state=live&sort=-viewers&limit=12";
export const COMMANDS = "commands";
const FORECAST = "forecast";
const DISRUPTIONS = "disruptions?limit=200";
/** Of the figures, whatever the run. */
const AUDIT = "figures/audit";
const COUNTS = "counts";
/** What is asked for as it stands now, whatever instant is shown. */
const OF_NOW = [COMMANDS, DISRUPTIONS, AUDIT, COUNTS];
const LAPSES = "negotiations/lapses?limit=12";

export interface Forecast {
  measure: string;
  /** The reported figure it stands beside; empty where there is none. */
  figure: string;
  expected: number;
  low: number;
  high: number;
}

/** A disruption as it is injected. */
export interface What {
  kind: string;
  [name: string]: unknown;
}

export interface Disruption {
  disruption: number;
  kind: string;
  what: What;
  begun_ms: number;
  ended_ms: number | null;
  until_ms: number | null;
}

/** Returns the paths, below the run, of what the page needs besides the snapshot. */
export function needs(page: Page): string[] {
  return [COMPARISON, SESSIONS, DISRUPTIONS, ...(NEEDS[page.place.view]?.(page) ?? [])];
}

const NEEDS: Partial<Record<View, (page: Page) => string[]>> = {
  overview: () => [FORECAST],
  comparison: (page) => (page.feed.name === "ended" ? [AUDIT, COUNTS] : [AUDIT]),
  programme: () => [ON_AIR],
  runs: () => [COMMANDS],
  negotiations: (page) => [LAPSES, negotiationsPath(page), ...historyPath(page)],
};

/** Returns what decides an answer: it is asked for again when that has changed. */
export function keyOf(page: Page, path: string): string {
  if (path === AUDIT) return AUDIT;
  return OF_NOW.includes(path) ? `now ${page.headMs}` : `${instantOfAnswers(page)}`;
}

/** Returns the instant that answers are of: the one that the address holds, though it may be on its way yet. */
function instantOfAnswers({ place, snapshot, atMs, headMs }: Page): number {
  const held = place.at === null || place.speed !== null || !snapshot ? null : instantOf(place.at, Date.parse(snapshot.run.epoch));
  return held === null ? atMs : Math.min(held, headMs);
}

/** Asks for an answer; null where there is none. */
export async function ask(page: Page, path: string): Promise<unknown> {
  const at = page.place.at === null || OF_NOW.includes(path) ? "" : `at=${instantOfAnswers(page)}`;
  const joint = at === "" ? "" : path.includes("?") ? "&" : "?";
  if (path === AUDIT) return get(path);
  return get(`runs/${encodeURIComponent(page.watched ?? "")}/${path}${joint}${at}`);
}

export interface Command {
  number: number;
  command: { kind: string } & Record<string, unknown>;
  /** Null while it waits for the run. */
  applied_at_ms: number | null;
  refused: string | null;
}

/** What was said to the run, the latest first. */
export function commandsOf(page: Page): readonly Command[] {
  const answer = (page.answers[COMMANDS] as Command[] | undefined) ?? NOTHING;
  return [...answer].reverse();
}

/** What went wrong in the run so far, whatever instant is shown. */
export function disruptionsOf(page: Page): readonly Disruption[] {
  return items<Disruption>(page, DISRUPTIONS);
}

/** What a disruption of the run is, by its number; undefined until the backend has said so. */
export function whatOf(page: Page, disruption: number): What | undefined {
  return disruptionsOf(page).find((one) => one.disruption === disruption)?.what ?? activeOf(page)[disruption];
}

function activeOf({ snapshot }: Page): Readonly<Record<number, What>> {
  return (snapshot && (measure(snapshot, "disruptions.active") as Record<number, What> | undefined)) ?? {};
}

/** What a figure is expected to come to at the end of the fair, as it looked at the instant that is held. */
export function forecastOf(page: Page, figure: string): Forecast | undefined {
  const answer = page.answers[FORECAST] as { at_ms: number; rows: Forecast[] } | undefined;
  const isOfAnother = page.place.at !== null && page.place.speed === null && answer?.at_ms !== page.atMs;
  return isOfAnother ? undefined : answer?.rows.find((row) => row.figure === figure);
}

export interface Check {
  name: string;
  finding: "holds" | "contradiction" | "misreading" | "not checked";
  said: string;
  because: string;
  kind: "sum" | "share" | "share of whole numbers" | "part" | "same" | "same day";
  /** Of the terms, and of the whole as the last. */
  values: (number | string | null)[];
}

/** What holds among the reported figures. */
export function checksOf(page: Page): readonly Check[] {
  return (page.answers[AUDIT] as { checks: Check[] } | undefined)?.checks ?? NOTHING;
}

export interface Counted {
  rule: string;
  meaning: string;
  count: number;
  as_reported: boolean;
  reported: number | null;
  ratio: number | null;
}

/** The run's headlines by every counting rule, once it has ended. */
export function countsOf(page: Page): readonly Counted[] {
  return (page.answers[COUNTS] as { counts: Counted[] } | undefined)?.counts ?? NOTHING;
}

export function sessionsOf(page: Page): readonly Session[] {
  return items<Session>(page, SESSIONS);
}

export function onAir(page: Page): readonly Stream[] {
  return items<Stream>(page, ON_AIR);
}

export function lapsesOf(page: Page): readonly Lapses[] {
  return items<Lapses>(page, LAPSES);
}

/** The latest requests; of one economy where one is picked. */
export function negotiationsOf(page: Page): readonly Negotiation[] {
  return items<Negotiation>(page, negotiationsPath(page));
}

export interface History extends Negotiation {
  history: Step[];
}

/** The one negotiation that is picked, with its history. */
export function historyOf(page: Page): History | null {
  const [path] = historyPath(page);
  const answer = path === undefined ? undefined : (page.answers[path] as { item: History } | undefined);
  return answer?.item ?? null;
}

/** Returns the economy that the view is narrowed to. */
export function economyPicked({ pick }: Place): string | null {
  return pick !== null && /^[A-Z]{2}$/.test(pick) ? pick : null;
}

function negotiationsPath({ place }: Page): string {
  const economy = economyPicked(place);
  return `negotiations?sort=-requested&limit=10${economy ? `&economy=${economy}` : ""}`;
}

function historyPath({ place }: Page): string[] {
  return /^\d+$/.test(place.pick ?? "") ? [`negotiations/${place.pick}`] : [];
}

const NOTHING: readonly never[] = [];

function items<T>(page: Page, path: string): readonly T[] {
  const answer = page.answers[path] as { items: T[] } | undefined;
  return answer?.items ?? NOTHING;
}
