// Which run the page watches: the one in the address, else the latest. Lists the runs again and again.

import { Feed } from "../api/feed";
import { faultOf, get } from "../api/http";
import type { Course, Run } from "../api/types";
import { showZone } from "../text/clock";
import { type Fair, showFair } from "../text/fair";
import { forgetAnswers, refreshAnswers } from "./answers";
import type { Page } from "./page";
import type { Snapshot } from "./snapshot";
import { store } from "./store";
import { Trace } from "./trace";

const RUNS_EVERY_MS = 2_000;
const ANSWERS_EVERY_MS = 2_000;
const NOTHING = { snapshot: null, live: null, lags: null, trace: null, answers: {}, atMs: 0, headMs: 0 };

let feed: Feed<Snapshot> | null = null;
let isLookingBack = false;
/** The run whose fair is known. */
let described: string | null = null;
/** The run that the address named when runs were last listed. */
let named = store.page.place.run;
/** The view, what it is narrowed to, and the time shown, when answers were last asked for. */
let shown = "";

/** Begins to list runs and to refresh answers, and follows the address from now on. */
export function followRuns(): void {
  store.watch(followAddress);
  repeat(RUNS_EVERY_MS, () => refreshRuns(true));
  repeat(ANSWERS_EVERY_MS, refreshAnswers);
}

/** Asks for runs and answers now: something was sent to a run. */
export async function refresh(): Promise<void> {
  await refreshRuns(true);
  await refreshAnswers();
}

function followAddress({ place, seeking }: Page): void {
  if (place.run !== named) {
    named = place.run;
    void refreshRuns(false);
  }
  const asked = `${place.view} ${place.pick} ${place.at} ${seeking}`;
  if (asked !== shown) {
    shown = asked;
    void refreshAnswers().then(lookBack);
  }
}

/** Lists the runs, and watches the one in the address or the latest; `stay` keeps to one that is still played. */
async function refreshRuns(stay: boolean): Promise<void> {
  const runs = await get<Run[]>("runs");
  if (runs === null) return;
  runs.sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  store.change({ runs });
  const { place, watched } = store.page;
  const found = place.run === null ? latest(runs, stay ? watched : null) : runs.find((run) => run.id === place.run);
  watch(found?.id ?? null);
}

/**
 * Returns the run to follow where the address names none: the one watched while it is played, else the newest whose
 * player is not silent, else the newest.
 */
export function latest(runs: readonly Run[], watched: string | null): Run | undefined {
  const played = runs.filter(isPlayed);
  return played.find((run) => run.id === watched) ?? played.find((run) => run.silent_since === null) ?? runs[0];
}

/** Returns whether the run is played: it has neither ended nor stopped, and did not fail. */
export function isPlayed({ state }: Run): boolean {
  return state === "running" || state === "paused";
}

/** Watches another run, or none. */
function watch(run: string | null): void {
  if (run === store.page.watched) return;
  feed?.close();
  forgetAnswers();
  const seeking = store.page.place.at !== null;
  store.change({ watched: run, feed: { name: "connecting" }, ...NOTHING, seeking });
  if (run === null) return;
  feed = new Feed(`runs/${encodeURIComponent(run)}/live`, {
    frame: take,
    state: (state) => {
      store.change({ feed: state });
      if (state.name === "ended") void refreshAnswers().then(lookBack);
    },
    heartbeat: (lags, headMs) => store.change({ lags, headMs }),
    refused: () => faultOf(`runs/${encodeURIComponent(run)}`),
  });
}

/** Learns which fair the run plays, so that its first frame is drawn with the names and the time of the fair. */
async function describe(): Promise<void> {
  const run = store.page.watched;
  const answer = await get<{ fair: Fair }>(`runs/${encodeURIComponent(run ?? "")}/fair`);
  if (run !== store.page.watched) return;
  showFair(answer?.fair ?? null);
  described = run;
}

/** Takes in a frame of the run: it is shown unless the page looks back. */
function take(snapshot: Snapshot, atMs: number, drawn: () => void): void {
  if (snapshot.run.scenario === "") return store.change({}, drawn); // a log without events says nothing yet
  if (described !== store.page.watched) return void describe().then(() => take(snapshot, atMs, drawn));
  const trace = store.page.trace ?? new Trace(snapshot.run.duration_ms);
  trace.add(snapshot, atMs);
  const isFirst = store.page.snapshot === null;
  if (isFirst) showZone(snapshot.run.time_zone, snapshot.run.epoch);
  const isShown = isFirst || store.page.place.at === null;
  store.change({ ...(isShown ? { snapshot, atMs } : {}), live: snapshot, headMs: atMs, trace }, drawn);
  if (isFirst) void refreshAnswers().then(lookBack);
}

/** Asks for the course of the gauges since it was last asked for, where the time shown lies beyond that. */
async function lookBack(): Promise<void> {
  const { watched, trace, atMs } = store.page;
  if (isLookingBack || watched === null || trace === null || atMs <= trace.knownMs) return;
  isLookingBack = true;
  const course = await get<Course>(`runs/${encodeURIComponent(watched)}/course?since=${trace.knownMs}`);
  if (course !== null) trace.fill(course);
  store.change({});
  isLookingBack = false;
}

/** Repeats a task, each time some while after it was done. */
function repeat(everyMs: number, task: () => Promise<void>): void {
  void task().finally(() => setTimeout(() => repeat(everyMs, task), everyMs));
}
