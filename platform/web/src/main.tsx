// Joins the parts of the page: address, runs and feed go into the store; the desk shows it.

import "./locale";
import { render } from "preact";
import { store } from "./actions";
import { faultOf, get, latest, listRuns } from "./api";
import { Desk } from "./desk";
import { Feed } from "./feed";
import "./keys";
import { COMMANDS, ask, keyOf, needs } from "./services";
import { watchPair } from "./pair";
import { follow } from "./playback";
import type { Page } from "./store";
import type { Snapshot } from "./snapshot";
import "./style.css";
import { say } from "./text";
import { type Course, Trace } from "./trace";

const RUNS_EVERY_MS = 2_000;
const ANSWERS_EVERY_MS = 2_000;

let feed: Feed<Snapshot> | null = null;
/** Of which path and instant the answers are that are held. */
const answered = new Map<string, string>();
/** Of which path and instant answers are on their way. */
const asking = new Map<string, string>();
/** The view, what it was narrowed to, and the instant when answers were last asked for. */
let shown = "";
let isLookingBack = false;
/** The run that the address named when runs were last listed. */
let named: string | null = store.page.place.run;

const root = document.getElementById("desk") as HTMLElement;

function draw(page: Page): void {
  const { language, theme, snapshot, feed, place } = page;
  const { documentElement } = document;
  const title = [snapshot?.run.scenario, say(language, `view_${place.view}`), "Cloudfair"].filter(Boolean).join(" · ");
  if (document.title !== title) document.title = title;
  // the same set again would have every element styled anew
  if (documentElement.lang !== say(language, "locale")) documentElement.lang = say(language, "locale");
  if (documentElement.dataset["theme"] !== theme) documentElement.dataset["theme"] = theme;
  document.body.toggleAttribute("data-old", feed.name !== "live" && feed.name !== "ended" && place.at === null);
  render(<Desk page={page} />, root);
  follow();
  watchPair(page);
  if (place.run !== named) {
    named = place.run;
    void refreshRuns(false);
  }
  const asked = `${place.view} ${place.pick} ${place.at} ${page.seeking}`;
  if (asked !== shown) {
    shown = asked;
    void refreshAnswers().then(lookBack);
  }
}

/** Watches another run, or none. */
function watch(run: string | null): void {
  if (run === store.page.watched) return;
  feed?.close();
  answered.clear();
  asking.clear();
  const nothing = { snapshot: null, live: null, lags: null, trace: null, answers: {}, atMs: 0, headMs: 0 };
  store.change({ watched: run, feed: { name: "connecting" }, ...nothing });
  if (run === null) return;
  feed = new Feed(`runs/${encodeURIComponent(run)}/live`, {
    frame: (snapshot, atMs, drawn) => {
      if (snapshot.run.scenario === "") return store.change({}, drawn); // a log without events says nothing yet
      const trace = store.page.trace ?? new Trace(snapshot.run.duration_ms);
      trace.keep(snapshot, atMs);
      const first = store.page.snapshot === null;
      const isShown = first || store.page.place.at === null;
      store.change({ ...(isShown ? { snapshot, atMs } : {}), live: snapshot, headMs: atMs, trace }, drawn);
      if (first) void refreshAnswers().then(lookBack);
    },
    state: (state) => {
      store.change({ feed: state });
      if (state.name === "ended") void refreshAnswers().then(lookBack);
    },
    heartbeat: (lags, headMs) => store.change({ lags, headMs }),
    refused: () => faultOf(`runs/${encodeURIComponent(run)}`),
  });
}

/** Asks which runs there are, and watches the one in the address or the latest; `stay` keeps to one that still runs. */
async function refreshRuns(stay: boolean): Promise<void> {
  const runs = await listRuns();
  if (runs === null) return;
  store.change({ runs });
  const { place, watched } = store.page;
  const found = place.run === null ? latest(runs, stay ? watched : null) : runs.find((run) => run.id === place.run);
  watch(found?.id ?? null);
}

/** Asks anew for what the view needs besides the snapshot, where the instant is another than that of the answer held. */
async function refreshAnswers(): Promise<void> {
  const { page } = store;
  if (page.watched === null || page.snapshot === null) return;
  await Promise.all(needs(page).map((path) => refreshAnswer(page, path)));
}

async function refreshAnswer(page: Page, path: string): Promise<void> {
  const key = keyOf(page, path);
  if (answered.get(path) === key && path !== COMMANDS) return; // commands come and go while a run stands still
  if (asking.get(path) === key) return;
  asking.set(path, key);
  const answer = await ask(page, path);
  const { watched, place } = store.page;
  if (page.watched !== watched) return;
  if (asking.get(path) === key) asking.delete(path);
  if (page.place.at !== place.at || answer === null) return; // who went elsewhere has had it asked there
  answered.set(path, key);
  store.change({ answers: { ...store.page.answers, [path]: answer } });
}

/** Asks what the gauges stood at since it was last asked, where the instant shown lies beyond that. */
async function lookBack(): Promise<void> {
  const { watched, trace, atMs } = store.page;
  if (isLookingBack || watched === null || trace === null || atMs <= trace.knownMs) return;
  isLookingBack = true;
  const course = await get<Course>(`runs/${encodeURIComponent(watched)}/course?since=${trace.knownMs}`);
  if (course !== null) trace.fill(course);
  store.change({});
  isLookingBack = false;
}

/** Does a thing again and again, each time once the last is done. */
function repeat(everyMs: number, task: () => Promise<void>): void {
  void task().finally(() => setTimeout(() => repeat(everyMs, task), everyMs));
}

// paper is light, and is drawn before the browser goes on
addEventListener("beforeprint", () => draw({ ...store.page, theme: "light" }));
addEventListener("afterprint", () => draw(store.page));
addEventListener("said", () => void refreshRuns(true).then(refreshAnswers));
repeat(RUNS_EVERY_MS, () => refreshRuns(true));
repeat(ANSWERS_EVERY_MS, refreshAnswers);
store.begin(draw);
