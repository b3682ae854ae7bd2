// What the views need besides the snapshot: which paths of the backend they ask for, and when they ask again.

import { getOrAbsent } from "../api/http";
import { msOf, type Place, type View } from "./address";
import { epochOf, type Page } from "./page";
import { store } from "./store";

export const COMPARISON = "comparison";
export const SESSIONS = "sessions?limit=500";
export const ON_AIR = "streams?state=live&sort=-viewers&limit=12";
export const COMMANDS = "commands";
export const FORECAST = "forecast";
/** How it goes, what wants doing, and the next hour. */
export const OUTLOOK = "outlook";
export const DISRUPTIONS = "disruptions?limit=200";
export const LAPSES = "negotiations/lapses?limit=12";
/** Of the figures of the run's fair. */
export const AUDIT = "figures/audit";
export const COUNTS = "counts";
/** What people may change while a run stands still. */
const OF_PEOPLE = [COMMANDS, OUTLOOK];
export const RUNS = "../../runs";
/** Answers of the run's head, whatever time is shown. */
const OF_HEAD = [COMMANDS, DISRUPTIONS, AUDIT, COUNTS, RUNS];

/** Returns whether an answer is of the run's head, whatever time is shown. */
export function isOfHead(path: string): boolean {
  return OF_HEAD.includes(path);
}

/** Returns whether the page shows the end of the run: the counts by other rules are of that alone. */
export function isAtEnd({ snapshot }: Page): boolean {
  return snapshot?.run.phase === "ended";
}

const NEEDS: Partial<Record<View, (page: Page) => string[]>> = {
  overview: () => [FORECAST, OUTLOOK],
  venue: () => [OUTLOOK],
  comparison: (page) => (isAtEnd(page) ? [AUDIT, COUNTS] : [AUDIT]),
  programme: ({ place }) => [ON_AIR, ...sessionPath(place)],
  runs: () => [COMMANDS],
  negotiations: ({ place }) => [LAPSES, negotiationsPath(place), ...historyPath(place), ...organisationPath(place)],
};

/** Of which path and time the answers are that are held. */
const answered = new Map<string, string>();
/** Of which path and time answers are on their way. */
const asking = new Map<string, string>();

/** Answers of a moment that no frame has shown yet: a run goes on while they are on their way. */
const early = new Map<string, { atMs: number; answer: unknown }>();

/** Forgets what was answered, because another run is watched now. */
export function forgetAnswers(): void {
  early.clear();
  answered.clear();
  asking.clear();
}

/** Asks for what the view needs, where the answer held is of another time. */
export async function refreshAnswers(): Promise<void> {
  const { page } = store;
  if (page.watched === null || page.snapshot === null) return;
  await Promise.all(needs(page).map((path) => refreshAnswer(page, path)));
}

async function refreshAnswer(page: Page, path: string): Promise<void> {
  const key = keyOf(page, path);
  if (answered.get(path) === key && !OF_PEOPLE.includes(path)) return;
  if (asking.get(path) === key) return;
  asking.set(path, key);
  const answer = await getOrAbsent(addressOf(page, path));
  const { watched, place } = store.page;
  if (page.watched !== watched || asking.get(path) !== key) return; // the answer to a later question counts
  asking.delete(path);
  if (page.place.at !== place.at || answer === null) return; // after a move, the next refresh asks again
  answered.set(path, key);
  early.set(path, { atMs: momentOf(answer), answer });
  showAnswers(store.page);
}

/** Shows the answers that wait for a frame of their moment, once it is there: no number is of later than the clock says. */
export function showAnswers({ place, atMs, answers }: Page): void {
  const due = [...early].filter(([path, answer]) => place.at !== null || isOfHead(path) || answer.atMs <= atMs);
  if (due.length === 0) return;
  for (const [path] of due) early.delete(path);
  const shown = Object.fromEntries(due.map(([path, { answer }]) => [path, answer]));
  store.change({ answers: { ...answers, ...shown } });
}

/** Returns the simulated moment that an answer says it is of; 0 where it says none. */
function momentOf(answer: unknown): number {
  const { at_ms, as_of } = answer as { at_ms?: number; as_of?: { at_ms: number } };
  return at_ms ?? as_of?.at_ms ?? 0;
}

/** Returns the paths, below the run, of what the page needs besides the snapshot. */
function needs(page: Page): string[] {
  return [COMPARISON, SESSIONS, DISRUPTIONS, ...(NEEDS[page.place.view]?.(page) ?? [])];
}

/** Returns what decides an answer: once it has changed, the page asks again. */
function keyOf(page: Page, path: string): string {
  if (path === AUDIT) return AUDIT;
  return isOfHead(path) ? `head ${page.headMs}` : `${timeOfAnswers(page)}`;
}

/** Returns the time that answers are of: the one that the address holds, even while it is on its way. */
function timeOfAnswers(page: Page): number {
  const { place, snapshot, atMs, headMs } = page;
  const held = place.at === null || place.speed !== null || !snapshot ? null : msOf(place.at, epochOf(page));
  return held === null ? atMs : Math.min(held, headMs);
}

function addressOf(page: Page, path: string): string {
  const at = page.place.at === null || isOfHead(path) ? "" : `at=${timeOfAnswers(page)}`;
  const joint = at === "" ? "" : path.includes("?") ? "&" : "?";
  return `runs/${encodeURIComponent(page.watched ?? "")}/${path}${joint}${at}`;
}

/** Returns whether the backend says that what the view is narrowed to is not in the run. */
export function isPickAbsent({ place, answers }: Page): boolean {
  const paths = place.view === "programme" ? sessionPath(place) : [...historyPath(place), ...organisationPath(place)];
  return ["programme", "negotiations"].includes(place.view) && paths.some((path) => answers[path] === false);
}

/** Returns the economy that the view is narrowed to. */
export function economyPicked({ pick }: Place): string | null {
  return pick !== null && /^[A-Z]{2}$/.test(pick) ? pick : null;
}

export function negotiationsPath(place: Place): string {
  const economy = economyPicked(place);
  const number = organisationPicked(place);
  const narrowed = economy ? `&economy=${economy}` : number ? `&organisation=${number}` : "";
  return `negotiations?sort=-requested&limit=10${narrowed}`;
}

/** Returns the number of the organisation that the view is narrowed to. */
function organisationPicked({ pick }: Place): string | undefined {
  return /^organisation-(\d+)$/.exec(pick ?? "")?.[1];
}

/** Returns the path of the organisation that is picked, if one is. */
export function organisationPath(place: Place): string[] {
  const number = organisationPicked(place);
  return number === undefined ? [] : [`organisations/${number}`];
}

/** Returns the path of the session that is picked, if one is. */
export function sessionPath({ pick }: Place): string[] {
  return /^\d+$/.test(pick ?? "") ? [`sessions/${pick}`] : [];
}

/** Returns the path of the one negotiation that is picked, if one is. */
export function historyPath({ pick }: Place): string[] {
  return /^\d+$/.test(pick ?? "") ? [`negotiations/${pick}`] : [];
}
