// The head of the page: which run, at what time, whether its numbers are those of now, and the page's own settings.

import type { Run } from "../api/types";
import { changeLanguage, changeTheme, chooseRun, showHelp, showSearch } from "../state/actions";
import { epochOf, type Page, runOf } from "../state/page";
import { measure, type Snapshot } from "../state/snapshot";
import { silentSince, standingOf } from "../state/standing";
import { dayOf, moment, wallTime, zone } from "../text/clock";
import { number } from "../text/format";
import { nameOfScenario } from "../text/names";
import { type Language, nextLanguage, ownOf, say, type Word } from "../text/words";
import { paceOf } from "../ui/pace";

export function Head({ page }: { page: Page }) {
  const { language, snapshot, theme } = page;
  const other = ownOf(nextLanguage(language));
  return (
    <header class="head">
      <h1 class="brand">Cloudfair</h1>
      <Choice page={page} />
      <p class="printed">{printedName(page)}</p>
      {snapshot && <Clock page={page} />}
      <Feeding page={page} />
      <div class="tools">
        <button type="button" id="theme" title={say(language, "theme_title")} onClick={changeTheme}>
          {say(language, theme === "light" ? "to_dark" : "to_light")}
        </button>
        <button type="button" id="language" lang={other.locale} title={other.show} onClick={changeLanguage}>
          {other.name}
        </button>
        {snapshot && (
          <button type="button" id="search" onClick={() => showSearch(true)}>
            {say(language, "search")}
          </button>
        )}
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
  const days = dayOf(epochOf(page), epochOf(page) + snapshot.run.duration_ms - 1) + 1;
  const day = Math.min(days, dayOf(epochOf(page), now) + 1);
  return (
    <p class="clock">
      <time id="clock" dateTime={new Date(now).toISOString()}>
        {say(language, "clock", { moment: moment(language, now), zone: zone(now) })}
      </time>
      <span id="day">{say(language, "day_of", { day: String(day), days: String(days) })}</span>
      <span id="phase">{say(language, phaseOf(snapshot))}</span>
    </p>
  );
}

/** While the fair is on, whether its halls are open: its platform is open day and night. */
function phaseOf(snapshot: Snapshot): Word {
  const { phase } = snapshot.run;
  if (phase !== "open") return `phase_${phase}`;
  const halls = measure(snapshot, "venue.state");
  return halls === "open" ? "venue_open" : halls === "leaving" ? "venue_leaving" : "venue_closed";
}

/** Whether the numbers are those of now: a word, and a shape for each. */
function Feeding({ page }: { page: Page }) {
  const { language, feed, place } = page;
  const standing = standingOf(page);
  const pace = runOf(page)?.speed;
  const word = standing === "live" && pace != null ? "feed_live_at" : (`feed_${standing}` as const);
  const since = silentSince(page);
  const time = since === null ? "" : wallTime(language, since);
  const speed = paceOf(language, place.speed ?? pace ?? null);
  return (
    <p
      class="feed"
      id="feed"
      role="status"
      data-state={standing}
      title={feed.name === "reset" ? feed.reason : undefined}
    >
      {say(language, word, { time, speed })}
    </p>
  );
}

/** The runs, newest first, under the choice to follow the latest. */
function Choice({ page }: { page: Page }) {
  const { language, place } = page;
  const options = choices(page);
  if (options.length < 2) return null;
  const chosen = place.run ?? "";
  const whole = options.find(([value]) => value === chosen)?.[1]; // a narrow head cuts it
  return (
    <label class="chooser">
      <span class="unseen">{say(language, "choose_run")}</span>
      <select id="runs" title={whole} value={chosen} onChange={(event) => chooseRun(event.currentTarget.value || null)}>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={value === chosen}>
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
  const places = {
    scenario: nameOfScenario(language, run.scenario),
    seed: String(run.seed),
    scale: number(language, run.scale),
  };
  return say(language, run.scale === 1 ? "run" : "run_scaled", places);
}

/** Names the run and the view on paper, where no choice can be made. */
function printedName(page: Page): string {
  const { language, place } = page;
  const run = runOf(page);
  return `${run ? `${nameOfRun(language, run)} (${run.id}) · ` : ""}${say(language, `view_${place.view}`)}`;
}
