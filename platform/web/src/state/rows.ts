// The rows of the backend's answers, as views read them. Each returns the same object as long as the answer is the same.

import type {
  Check,
  Command,
  Comparison,
  Counted,
  Disruption,
  Forecast,
  Forecasts,
  History,
  Lapses,
  Negotiation,
  Outlook,
  Registered,
  Row,
  Session,
  SessionDetails,
  Stream,
  What,
} from "../api/types";
import {
  AUDIT,
  COMMANDS,
  COMPARISON,
  COUNTS,
  DISRUPTIONS,
  FORECAST,
  historyPath,
  isAtEnd,
  LAPSES,
  negotiationsPath,
  ON_AIR,
  OUTLOOK,
  organisationPath,
  SESSIONS,
  sessionPath,
} from "./answers";
import type { Page } from "./page";
import { isOfNothing, measure } from "./snapshot";

const NONE: readonly never[] = [];

/** The comparison of what was reported with what was simulated. */
export function comparisonOf({ answers }: Page): Comparison | undefined {
  return answers[COMPARISON] as Comparison | undefined;
}

export function rowsOf(page: Page): readonly Row[] {
  return comparisonOf(page)?.rows ?? NONE;
}

/** Returns whether a row's value is that of a mean, a quantile or a share of nothing, now. */
export function isRowOfNothing({ snapshot }: Page, { at_ms, measure, simulated }: Row): boolean {
  return simulated === "" || (at_ms === null && snapshot !== null && isOfNothing(snapshot, measure));
}

/** The commands to the run, the latest first. */
export function commandsOf({ answers }: Page): readonly Command[] {
  return [...((answers[COMMANDS] as Command[] | undefined) ?? NONE)].reverse();
}

/** The disruptions of the run so far, whatever time is shown. */
export function disruptionsOf(page: Page): readonly Disruption[] {
  return items<Disruption>(page, DISRUPTIONS);
}

/** Returns what a disruption of the run is, by its number; undefined until the backend has answered. */
export function whatOf(page: Page, disruption: number): What | undefined {
  return disruptionsOf(page).find((each) => each.disruption === disruption)?.what ?? activeOf(page)[disruption];
}

function activeOf({ snapshot }: Page): Readonly<Record<number, What>> {
  return (snapshot && (measure(snapshot, "disruptions.active") as Record<number, What> | undefined)) ?? {};
}

/** Returns what a figure is expected to come to at the end of the fair, as of the time shown. */
export function forecastOf(page: Page, figure: string): Forecast | undefined {
  return forecastsOf(page)?.rows.find((row) => row.figure === figure);
}

/** Returns all forecasts as of the time shown; undefined while they are on their way. */
export function forecastsOf({ answers, place, atMs }: Page): Forecasts | undefined {
  const answer = answers[FORECAST] as Forecasts | undefined;
  const isOfAnotherTime = place.at !== null && place.speed === null && answer?.at_ms !== atMs;
  return isOfAnotherTime ? undefined : answer;
}

/** Returns the outlook as of about the time shown; undefined while it is on its way. */
export function outlookOf({ answers, place, atMs }: Page): Outlook | undefined {
  const answer = answers[OUTLOOK] as Outlook | undefined;
  const isOfAnotherTime = place.at !== null && place.speed === null && answer?.at_ms !== atMs;
  return isOfAnotherTime ? undefined : answer;
}

/** Whether the reported figures fit together. */
export function checksOf({ answers }: Page): readonly Check[] {
  return (answers[AUDIT] as { checks: Check[] } | undefined)?.checks ?? NONE;
}

/** The run's headlines by every counting rule; none while the page shows another moment than the run's end. */
export function countsOf(page: Page): readonly Counted[] {
  if (!isAtEnd(page)) return NONE;
  return (page.answers[COUNTS] as { counts: Counted[] } | undefined)?.counts ?? NONE;
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

/** The latest requests; those of one economy where one is picked. */
export function negotiationsOf(page: Page): readonly Negotiation[] {
  return items<Negotiation>(page, negotiationsPath(page.place));
}

/** The one negotiation that is picked, with its history. */
export function historyOf({ answers, place }: Page): History | null {
  return itemAt<History>(answers, historyPath(place));
}

/** The organisation that is picked, from the register. */
export function organisationPickedOf({ answers, place }: Page): Registered | null {
  return itemAt<Registered>(answers, organisationPath(place));
}

/** The session that is picked, with its attendance over time. */
export function sessionPickedOf({ answers, place }: Page): SessionDetails | null {
  return itemAt<SessionDetails>(answers, sessionPath(place));
}

function itemAt<T>(answers: Page["answers"], [path]: readonly string[]): T | null {
  return path === undefined ? null : ((answers[path] as { item: T } | undefined)?.item ?? null);
}

function items<T>({ answers }: Page, path: string): readonly T[] {
  return (answers[path] as { items: T[] } | undefined)?.items ?? NONE;
}
