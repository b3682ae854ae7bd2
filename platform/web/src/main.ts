// Joins the parts of the page: address, runs and feed go into the store; header, tiles, chart and table show it.

import { HourChart } from "./chart";
import { ComparisonTable } from "./comparison";
import { Feed } from "./feed";
import { Header } from "./header";
import { comparisonOf, latest, listRuns } from "./runs";
import { type Page, Store } from "./store";
import { type Word, preferred, say } from "./text";
import { Tiles, write } from "./tiles";
import "./style.css";

const RUNS_EVERY_MS = 2_000;
const COMPARISON_EVERY_MS = 2_000;

const header = new Header({
  runs: element("runs"),
  clock: element("clock"),
  phase: element("phase"),
  feed: element("feed"),
  language: element("language"),
});
const tiles = new Tiles(element("tiles"));
const chart = new HourChart(element("chart"), element("chart-reading"));
const table = new ComparisonTable(element("comparison"));
const store = new Store(
  {
    language: preferred(),
    runs: null,
    chosen: chosenRun(),
    watched: null,
    feed: { name: "connecting" },
    snapshot: null,
    atMs: 0,
    rows: [],
  },
  draw,
);
let feed: Feed | null = null;
/** The run whose last comparison is shown. */
let settled: string | null = null;

function draw(page: Page): void {
  const { language, snapshot } = page;
  document.documentElement.lang = say(language, "locale");
  for (const place of document.querySelectorAll<HTMLElement>("[data-text]")) {
    write(place, say(language, place.dataset["text"] as Word));
  }
  document.title = snapshot ? `Cloudfair · ${snapshot.run.scenario}` : "Cloudfair";
  document.body.toggleAttribute("data-old", page.feed.name !== "live" && page.feed.name !== "ended");
  header.draw(page);
  drawEmpty(page);
  element("fair").hidden = !snapshot;
  tiles.draw(page);
  chart.draw(page);
  table.draw(page);
}

/** Says what to do where there is nothing to show. */
function drawEmpty(page: Page): void {
  const { language, runs, chosen } = page;
  const absent = chosen !== null && runs !== null && !runs.some((run) => run.id === chosen);
  const state = absent ? "absent" : runs === null ? "waiting" : "empty";
  element("empty").hidden = page.snapshot !== null || (state === "empty" && page.watched !== null);
  write(element("empty-title"), say(language, `${state}_title`, { run: chosen ?? "" }));
  write(element("empty-remedy"), say(language, `${state}_remedy`));
}

/** Watches another run, or none. */
function watch(run: string | null): void {
  if (run === store.page.watched) return;
  feed?.close();
  settled = null;
  store.change({ watched: run, feed: { name: "connecting" }, snapshot: null, atMs: 0, rows: [] });
  if (run === null) return;
  feed = new Feed(run, {
    frame: (snapshot, atMs, drawn) => {
      const begun = snapshot.run.scenario !== ""; // a log without events says nothing yet
      store.change(begun ? { snapshot, atMs } : {}, drawn);
    },
    state: (state) => {
      store.change({ feed: state });
      if (state.name === "ended") void refreshComparison();
    },
  });
  void refreshComparison();
}

/** Asks which runs there are, and watches the one in the address or the latest; `stay` keeps to one that still runs. */
async function refreshRuns(stay: boolean): Promise<void> {
  const runs = await listRuns();
  if (runs === null) return;
  store.change({ runs });
  const { chosen, watched } = store.page;
  const found = chosen === null ? latest(runs, stay ? watched : null) : runs.find((run) => run.id === chosen);
  watch(found?.id ?? null);
}

async function refreshComparison(): Promise<void> {
  const { watched, feed } = store.page;
  if (watched === null || watched === settled) return;
  const rows = await comparisonOf(watched);
  if (!rows || watched !== store.page.watched || watched === settled) return;
  if (feed.name === "ended") settled = watched;
  store.change({ rows });
}

/** Does a thing again and again, each time once the last is done. */
function repeat(everyMs: number, task: () => Promise<void>): void {
  void task().finally(() => setTimeout(() => repeat(everyMs, task), everyMs));
}

function chosenRun(): string | null {
  return new URLSearchParams(location.search).get("run");
}

function choose(run: string | null): void {
  const address = new URL(location.href);
  if (run === null) address.searchParams.delete("run");
  else address.searchParams.set("run", run);
  history.pushState(null, "", address);
  store.change({ chosen: run });
  void refreshRuns(false);
}

function element<E extends HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no element with the id ${id}`);
  return found as E;
}

element<HTMLSelectElement>("runs").addEventListener("change", (event) => {
  choose((event.target as HTMLSelectElement).value || null);
});
element("language").addEventListener("click", () => {
  const language = store.page.language === "en" ? "zh" : "en";
  localStorage.setItem("language", language);
  store.change({ language });
});
addEventListener("popstate", () => {
  store.change({ chosen: chosenRun() });
  void refreshRuns(false);
});

repeat(RUNS_EVERY_MS, () => refreshRuns(true));
repeat(COMPARISON_EVERY_MS, refreshComparison);
store.change({});
