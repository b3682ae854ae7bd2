// Which run the page watches: the one in the address, else the latest. Lists the runs again and again.

import { Feed } from "../api/feed";
import { faultOf, get } from "../api/http";
import type { Course, Run } from "../api/types";
import { showZone } from "../text/clock";
import { type Fair, showFair } from "../text/fair";
import { forgetAnswers, refreshAnswers, showAnswers } from "./answers";
import type { Page } from "./page";
import type { Snapshot } from "./snapshot";
import { store } from "./store";
import { Trace } from "./trace";

const RUNS_EVERY_MS = 2_000;
const ANSWERS_EVERY_MS = 2_000;
const AGAIN_AFTER_MS = 2_000;
const NOTHING = {
  snapshot: null,
  live: null,
  lags: null,
  defaultCap: null,
  trace: null,
  answers: {},
  atMs: 0,
  headMs: 0,
};

/** The watching of one run: what is still on its way of another one comes to nothing. */
interface Watching {
  /** Of the run, at the backend. */
  path: string;
  feed: Feed<Snapshot>;
  /** Its fair is known, or was asked for in vain; null before its first frame. */
  described: Promise<void> | null;
}

let watching: Watching | null = null;
/** The run's past is on its way to this trace. */
let filling: Trace | null = null;
/** The run that the address named when runs were last listed. */
let named = store.page.place.run;
/** The view, what it is narrowed to, and the time shown, when answers were last asked for. */
let shown = "";

/** Begins to list runs and to refresh answers, and follows the address from now on. */
export function followRuns(): void {
  store.watch(followAddress);
  store.watch(showAnswers);
  repeat(RUNS_EVERY_MS, () => refreshRuns(true));
  repeat(ANSWERS_EVERY_MS, () => refreshAnswers().then(fillGap));
}

/** Asks for runs and answers now: something was sent to a run. */
export async function refresh(): Promise<void> {
  await refreshRuns(true);
  await refreshAnswers();
}

function followAddress({ place, seeking, runs }: Page): void {
  if (place.run !== named) {
    named = place.run;
    if (runs?.some(({ id }) => id === named)) watch(named); // its name stands in the head already
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
  const asked = store.page.place.run;
  const runs = await get<Run[]>("runs");
  if (runs === null || store.page.place.run !== asked) return; // the list may be older than the run that is named now
  runs.sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  store.change({ runs });
  const { place, watched } = store.page;
  const run = place.run === null ? latest(runs, stay ? watched : null) : runs.find(({ id }) => id === place.run);
  watch(run?.id ?? null);
}

/**
 * Returns the run to follow where the address names none: the one watched while it is played, else the newest whose
 * player is not silent, else the newest.
 */
export function latest(runs: readonly Run[], watched: string | null): Run | undefined {
  const played = runs.filter(goesOn);
  return played.find((run) => run.id === watched) ?? played.find((run) => run.silent_since === null) ?? runs[0];
}

/** Returns whether the run goes on: it has neither ended nor stopped, and did not fail. */
export function goesOn({ state }: Run): boolean {
  return state === "running" || state === "paused";
}

/** Returns whether the run takes an operator's commands: a process plays it. Others send the events of one without. */
export function isSteered(run: Run): boolean {
  return goesOn(run) && run.has_player;
}

/** Watches another run, or none. */
function watch(run: string | null): void {
  if (run === store.page.watched) return;
  watching?.feed.close();
  forgetAnswers();
  const seeking = store.page.place.at !== null;
  store.change({ watched: run, feed: { name: "connecting" }, ...NOTHING, seeking });
  watching = run === null ? null : open(`runs/${encodeURIComponent(run)}`);
}

function open(path: string): Watching {
  const feed = new Feed<Snapshot>(`${path}/live`, {
    frame: (snapshot, atMs, drawn) => void take(opened, snapshot, atMs, drawn),
    state: (state) => {
      store.change({ feed: state });
      if (state.name === "ended") void refreshAnswers().then(lookBack);
    },
    heartbeat: (lags, headMs) => store.change({ lags, headMs }),
    refused: () => faultOf(path),
  });
  const opened: Watching = { path, feed, described: null };
  return opened;
}

/** Takes in a frame: the first waits for the names and the time of the fair with which it is drawn. */
async function take(of: Watching, snapshot: Snapshot, atMs: number, drawn: () => void): Promise<void> {
  if (snapshot.run.scenario === "") return store.change({}, drawn); // a log without events says nothing yet
  of.described ??= describe(of);
  await of.described;
  if (of === watching) show(snapshot, atMs, drawn);
}

/** Learns which fair the run plays; where the backend does not answer, frames are drawn without, and it is asked again. */
async function describe(of: Watching): Promise<void> {
  const answer = await get<{ fair: Fair; default_cap?: number | null }>(`${of.path}/fair`);
  if (of !== watching) return;
  showFair(answer?.fair ?? null);
  store.change({ defaultCap: answer?.default_cap ?? null });
  if (answer === null) setTimeout(() => of === watching && void describe(of), AGAIN_AFTER_MS);
}

/** Shows a frame of the run watched, unless the page looks back. */
function show(snapshot: Snapshot, atMs: number, drawn: () => void): void {
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
  const { trace, atMs } = store.page;
  if (watching === null || trace === null || trace === filling || atMs <= trace.knownMs) return;
  filling = trace;
  const course = await get<Course>(`${watching.path}/course?since=${trace.knownMs}`);
  if (filling === trace) filling = null;
  if (trace !== store.page.trace) return;
  if (course === null) setTimeout(lookBack, AGAIN_AFTER_MS);
  else trace.fill(course);
  store.change({});
}

/** Asks for the minutes that frames left out, as they do of a run that is played fast, and after a lost connection. */
async function fillGap(): Promise<void> {
  if (store.page.trace?.hasGap) await lookBack();
}

/** Repeats a task, each time some while after it was done. */
function repeat(everyMs: number, task: () => Promise<void>): void {
  void task().finally(() => setTimeout(() => repeat(everyMs, task), everyMs));
}
