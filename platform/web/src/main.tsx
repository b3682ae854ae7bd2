// Joins the parts of the page: address, runs and feed go into the store; the desk shows it.

import { render } from "preact";
import { store } from "./actions";
import { get, latest, listRuns } from "./api";
import { Desk } from "./desk";
import { Feed } from "./feed";
import "./keys";
import type { Page } from "./store";
import "./style.css";
import { say } from "./text";
import { Trace } from "./trace";

const RUNS_EVERY_MS = 2_000;
const ANSWERS_EVERY_MS = 2_000;

let feed: Feed | null = null;
/** The run whose last answers are shown. */
let settled: string | null = null;
/** The run that the address named when runs were last listed. */
let named: string | null = store.page.place.run;

const root = document.getElementById("desk") as HTMLElement;

function draw(page: Page): void {
  const { language, theme, snapshot, feed, place } = page;
  document.documentElement.lang = say(language, "locale");
  document.documentElement.dataset["theme"] = theme;
  document.title = [snapshot?.run.scenario, say(language, `view_${place.view}`), "Cloudfair"].filter(Boolean).join(" · ");
  document.body.toggleAttribute("data-old", feed.name !== "live" && feed.name !== "ended");
  render(<Desk page={page} />, root);
  if (place.run !== named) {
    named = place.run;
    void refreshRuns(false);
  }
}

/** Watches another run, or none. */
function watch(run: string | null): void {
  if (run === store.page.watched) return;
  feed?.close();
  settled = null;
  const nothing = { snapshot: null, live: null, lags: null, trace: null, answers: {}, atMs: 0, headMs: 0 };
  store.change({ watched: run, feed: { name: "connecting" }, ...nothing });
  if (run === null) return;
  feed = new Feed(run, {
    frame: (snapshot, atMs, drawn) => {
      if (snapshot.run.scenario === "") return store.change({}, drawn); // a log without events says nothing yet
      const trace = store.page.trace ?? new Trace(snapshot.run.duration_ms);
      trace.keep(snapshot, atMs);
      store.change({ snapshot, live: snapshot, atMs, headMs: atMs, trace }, drawn);
    },
    state: (state) => {
      store.change({ feed: state });
      if (state.name === "ended") void refreshAnswers();
    },
    heartbeat: (lags, headMs) => store.change({ lags, headMs }),
  });
  void refreshAnswers();
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

/** Asks anew for what views need besides the snapshot. */
async function refreshAnswers(): Promise<void> {
  const { watched, feed } = store.page;
  if (watched === null || watched === settled) return;
  const comparison = await get(`runs/${encodeURIComponent(watched)}/comparison`);
  if (!comparison || watched !== store.page.watched || watched === settled) return;
  if (feed.name === "ended") settled = watched;
  store.change({ answers: { ...store.page.answers, comparison } });
}

/** Does a thing again and again, each time once the last is done. */
function repeat(everyMs: number, task: () => Promise<void>): void {
  void task().finally(() => setTimeout(() => repeat(everyMs, task), everyMs));
}

repeat(RUNS_EVERY_MS, () => refreshRuns(true));
repeat(ANSWERS_EVERY_MS, refreshAnswers);
store.begin(draw);
