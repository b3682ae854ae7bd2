// The head of the page: which run, what time it is in the fair, whether the numbers are live.

import { moment, wallTime } from "./clock";
import type { FeedState } from "./feed";
import { number } from "./format";
import type { Run } from "./runs";
import type { Page } from "./store";
import { type Language, say } from "./text";
import { write } from "./tiles";

interface Parts {
  runs: HTMLSelectElement;
  clock: HTMLElement;
  phase: HTMLElement;
  feed: HTMLElement;
  language: HTMLButtonElement;
}

export class Header {
  #options = "";

  constructor(private readonly parts: Parts) {}

  draw(page: Page): void {
    const { language, snapshot } = page;
    const { parts } = this;
    this.#drawRuns(page);
    if (snapshot) {
      const now = Date.parse(snapshot.run.epoch) + page.atMs;
      write(parts.clock, `${moment(language, now)} ${say(language, "beijing")}`);
      parts.clock.setAttribute("datetime", new Date(now).toISOString());
      write(parts.phase, say(language, `phase_${snapshot.run.phase}`));
    } else {
      write(parts.clock, "");
      write(parts.phase, "");
    }
    const state = page.watched === null ? "idle" : page.feed.name;
    if (parts.feed.dataset["state"] !== state) parts.feed.dataset["state"] = state;
    write(parts.feed, page.watched === null ? say(language, "feed_idle") : words(language, page.feed));
    parts.feed.title = page.feed.name === "reset" ? page.feed.reason : "";
    write(parts.language, say(language, "other_language"));
    parts.language.lang = language === "en" ? "zh-CN" : "en";
    parts.language.title = say(language, "other_language_title");
  }

  /** Lists the runs, newest first, under the choice to follow the latest; an open list is left alone. */
  #drawRuns(page: Page): void {
    const options = choices(page);
    const key = JSON.stringify(options);
    if (key !== this.#options) {
      this.#options = key;
      this.parts.runs.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    }
    const value = page.chosen ?? "";
    if (this.parts.runs.value !== value) this.parts.runs.value = value;
    this.parts.runs.hidden = options.length < 2;
  }
}

function choices(page: Page): [value: string, text: string][] {
  const { language, chosen } = page;
  const runs = page.runs ?? [];
  const watched = runs.find((run) => run.id === page.watched) ?? runs[0];
  const first = watched && chosen === null ? nameOfRun(language, watched) : "…";
  const list = runs.map((run): [string, string] => {
    const time = wallTime(language, Date.parse(run.created_at), false);
    return [run.id, say(language, "run_since", { run: nameOfRun(language, run), time })];
  });
  if (chosen !== null && !runs.some((run) => run.id === chosen)) {
    list.unshift([chosen, say(language, "run_absent", { run: chosen })]);
  }
  return [["", say(language, "latest_run", { run: first })], ...list];
}

function nameOfRun(language: Language, run: Run): string {
  const places = { scenario: run.scenario, seed: String(run.seed), scale: number(language, run.scale) };
  return say(language, run.scale === 1 ? "run" : "run_scaled", places);
}

function words(language: Language, feed: FeedState): string {
  switch (feed.name) {
    case "stale":
    case "lost":
      return say(language, `feed_${feed.name}`, { time: wallTime(language, feed.since) });
    default:
      return say(language, `feed_${feed.name}`);
  }
}
