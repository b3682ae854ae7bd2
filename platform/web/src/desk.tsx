// The frame of every view: head, views, the view, and the time of the fair along the bottom.

import { useEffect, useRef } from "preact/hooks";
import { changeLanguage, changeTheme, chooseRun, chooseView, showHelp } from "./actions";
import { alarmsOf } from "./attention";
import { VIEWS, type View } from "./address";
import { epochOf } from "./chart";
import { DAY_MS, moment, wallTime } from "./clock";
import type { Run } from "./api";
import { number, times } from "./format";
import { Keys } from "./help";
import type { Page } from "./store";
import { type Language, say } from "./text";
import { TimeBar } from "./timebar";
import { Token } from "./token";
import { Comparison } from "./views/comparison";
import { Negotiations } from "./views/negotiations";
import { Overview } from "./views/overview";
import { Platform } from "./views/platform";
import { Programme } from "./views/programme";
import { Results } from "./views/results";
import { Runs } from "./views/runs";
import { Venue } from "./views/venue";

const SHOWN: Record<View, (props: { page: Page }) => ReturnType<typeof Overview> | null> = {
  overview: Overview,
  negotiations: Negotiations,
  venue: Venue,
  programme: Programme,
  platform: Platform,
  results: Results,
  comparison: Comparison,
  runs: Runs,
};

export function Desk({ page }: { page: Page }) {
  const { language, place, snapshot } = page;
  const View = SHOWN[place.view];
  const hasSomething = snapshot !== null || place.view === "runs";
  return (
    <>
      <Head page={page} />
      <Views page={page} />
      <main id="view" data-view={place.view} tabIndex={-1}>
        <h2 class="about-view">{say(language, `about_${place.view}`)}</h2>
        {page.locked && <Token language={language} />}
        {page.feed.name === "unreadable" && <Unreadable page={page} why={page.feed.why} />}
        {hasSomething ? <View page={page} /> : !page.locked && <Empty page={page} />}
      </main>
      {snapshot && <TimeBar page={page} />}
      {page.help && <Keys language={language} />}
    </>
  );
}

function Head({ page }: { page: Page }) {
  const { language, snapshot, theme } = page;
  return (
    <header class="head">
      <h1 class="brand">Cloudfair</h1>
      <Choice page={page} />
      {snapshot && <Clock page={page} />}
      <Feeding page={page} />
      <div class="tools">
        <button type="button" id="theme" title={say(language, "theme_title")} onClick={changeTheme}>
          {say(language, theme === "light" ? "to_dark" : "to_light")}
        </button>
        <button
          type="button"
          id="language"
          lang={language === "en" ? "zh-CN" : "en"}
          title={say(language, "other_language_title")}
          onClick={changeLanguage}
        >
          {say(language, "other_language")}
        </button>
        <button type="button" id="keys" onClick={() => showHelp(true)}>
          {say(language, "help")}
        </button>
      </div>
    </header>
  );
}

function Clock({ page }: { page: Page }) {
  const { language, snapshot, atMs } = page;
  if (!snapshot) return null;
  const now = epochOf(page) + atMs;
  const days = Math.round(snapshot.run.duration_ms / DAY_MS);
  const day = Math.min(days, Math.floor(atMs / DAY_MS) + 1);
  return (
    <p class="clock">
      <time id="clock" dateTime={new Date(now).toISOString()}>
        {moment(language, now)} {say(language, "beijing")}
      </time>
      <span id="day">{say(language, "day_of", { day: String(day), days: String(days) })}</span>
      <span id="phase">{say(language, `phase_${snapshot.run.phase}`)}</span>
    </p>
  );
}

/** Whether the numbers are those of now, in a word, with a shape for each. */
function Feeding({ page }: { page: Page }) {
  const { language, feed, watched, place } = page;
  const isPast = place.at !== null && (feed.name === "live" || feed.name === "stale" || feed.name === "ended");
  const player = place.speed !== null ? "playing" : page.seeking ? "seeking" : "held";
  const state = watched === null ? "idle" : isPast ? player : feed.name;
  const since = "since" in feed ? wallTime(language, feed.since) : "";
  return (
    <p class="feed" id="feed" role="status" data-state={state} title={feed.name === "reset" ? feed.reason : undefined}>
      {say(language, `feed_${state}`, { time: since, speed: times(language, place.speed ?? 0) })}
    </p>
  );
}

/** The runs, newest first, under the choice to follow the latest. */
function Choice({ page }: { page: Page }) {
  const { language, place } = page;
  const options = choices(page);
  if (options.length < 2) return null;
  return (
    <label class="chooser">
      <span class="unseen">{say(language, "choose_run")}</span>
      <select id="runs" value={place.run ?? ""} onChange={(event) => chooseRun(event.currentTarget.value || null)}>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={value === (place.run ?? "")}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function choices({ language, place, runs, watched }: Page): [value: string, text: string][] {
  const all = runs ?? [];
  const followed = all.find((run) => run.id === watched) ?? all[0];
  const first = followed && place.run === null ? nameOfRun(language, followed) : "…";
  const list = all.map((run): [string, string] => {
    const time = wallTime(language, Date.parse(run.created_at), false);
    return [run.id, say(language, "run_since", { run: nameOfRun(language, run), time })];
  });
  if (place.run !== null && !all.some((run) => run.id === place.run)) {
    list.unshift([place.run, say(language, "run_absent", { run: place.run })]);
  }
  return [["", say(language, "latest_run", { run: first })], ...list];
}

export function nameOfRun(language: Language, run: Run): string {
  const places = { scenario: run.scenario, seed: String(run.seed), scale: number(language, run.scale) };
  return say(language, run.scale === 1 ? "run" : "run_scaled", places);
}

function Views({ page }: { page: Page }) {
  const { language, place } = page;
  const list = useRef<HTMLElement>(null);
  useEffect(() => list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }), [place.view]);
  return (
    <nav class="views" aria-label={say(language, "views")} ref={list}>
      {VIEWS.map((view) => (
        <a
          key={view}
          href={`?view=${view}`}
          aria-current={view === place.view ? "page" : undefined}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            chooseView(view);
          }}
        >
          {say(language, `view_${view}`)}
          {view === "overview" && alarmsOf(page) > 0 && <span class="alarms">{String(alarmsOf(page))}</span>}
        </a>
      ))}
    </nav>
  );
}

/** Says what is wrong with a run that this backend cannot read. */
function Unreadable({ page: { language, watched }, why }: { page: Page; why: string }) {
  return (
    <section class="empty" id="unreadable" role="alert">
      <h2>{say(language, "unreadable_title", { run: watched ?? "" })}</h2>
      <p lang="en">{why}</p>
      <p>{say(language, "unreadable_remedy")}</p>
    </section>
  );
}

/** Says what to do where there is nothing to show. */
function Empty({ page }: { page: Page }) {
  const { language, runs, place, watched } = page;
  const absent = place.run !== null && runs !== null && !runs.some((run) => run.id === place.run);
  const state = absent ? "absent" : runs === null ? "waiting" : "empty";
  if (state === "empty" && watched !== null) return null; // its first frame is on its way
  return (
    <section class="empty" id="empty">
      <h2 id="empty-title">{say(language, `${state}_title`, { run: place.run ?? "" })}</h2>
      <p>{say(language, `${state}_remedy`)}</p>
      <p>
        <code>fair run ciftis2020</code>
      </p>
      <p>{say(language, "empty_follows")}</p>
    </section>
  );
}
