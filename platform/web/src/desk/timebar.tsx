// The time of the fair, along the bottom of every view: its days and nights, what has been played, and where we are.
// It moves the whole page: drag to any time, play from there, or go back to live.

import type { ComponentChildren } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Session } from "../api/types";
import { backToLive, changeSpan, pause, play, seek, step } from "../state/actions";
import { epochOf, type Page } from "../state/page";
import { disruptionsOf, sessionsOf } from "../state/rows";
import { type Counts, counts, type Snapshot } from "../state/snapshot";
import { isPlaying } from "../state/standing";
import { HOUR_MS, midnightAfter, midnights, moment, shortDay } from "../text/clock";
import { times } from "../text/format";
import { term } from "../text/names";
import { say } from "../text/words";

/** Simulated seconds for each of the reader's. */
export const SPEEDS = [60, 600, 3_600, 21_600] as const;

export function TimeBar({ page }: { page: Page }) {
  const { language, snapshot, live, place } = page;
  if (!snapshot) return null;
  return (
    <footer class="timebar">
      <div class="player" role="group" aria-label={say(language, "player")}>
        <button type="button" id="play" onClick={() => (isPlaying(page) ? pause() : play())}>
          <span class={isPlaying(page) ? "sign pause" : "sign play"} aria-hidden="true" />
          <span class="unseen">{say(language, isPlaying(page) ? "pause" : "play")}</span>
        </button>
        <label>
          <span class="unseen">{say(language, "speed")}</span>
          <select
            id="speed"
            value={place.at === null ? "" : String(page.speed)}
            onChange={(event) => play(Number(event.currentTarget.value))}
          >
            {place.at === null && (
              <option value="" selected>
                {say(language, "speed_of_playback")}
              </option>
            )}
            {SPEEDS.map((speed) => (
              <option key={speed} value={speed} selected={place.at !== null && speed === page.speed}>
                {times(language, speed)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" id="live" aria-pressed={place.at === null} onClick={backToLive}>
          {say(language, "live")}
        </button>
      </div>
      <Slider page={page}>{live && <Activity snapshot={live} />}</Slider>
      <button type="button" id="span" title={say(language, "span_title")} onClick={changeSpan}>
        {say(language, place.day ? "span_day" : "span_all")}
      </button>
    </footer>
  );
}

function Slider({ page, children }: { page: Page; children: ComponentChildren }) {
  const { language, snapshot, atMs, headMs } = page;
  const bar = useRef<HTMLDivElement>(null);
  const valueMs = useRef(atMs);
  // while it has the focus, screen readers say every change: those that come by themselves are not said
  if (!isPlaying(page) || document.activeElement !== bar.current) valueMs.current = atMs;
  if (!snapshot) return null;
  const { duration_ms } = snapshot.run;
  const epochMs = epochOf(page);
  const days = midnights(epochMs, epochMs + duration_ms - 1);
  const at = (ms: number): string => `${(100 * ms) / duration_ms}%`;
  const point = (event: PointerEvent): void => {
    const { left, width } = (bar.current as HTMLElement).getBoundingClientRect();
    seek(Math.min(headMs, ((event.clientX - left) / width) * duration_ms));
  };
  return (
    <div
      class="time"
      id="time"
      ref={bar}
      role="slider"
      tabIndex={0}
      aria-label={say(language, "time_bar")}
      aria-valuemin={0}
      aria-valuemax={headMs}
      aria-valuenow={valueMs.current}
      aria-valuetext={moment(language, epochMs + valueMs.current)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        point(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && point(event)}
      onKeyDown={(event) => {
        const [way] = STEPS.filter(([key]) => key === event.key).map(([, by]) => by);
        if (way === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        step(way);
      }}
    >
      <ol class="days" aria-hidden="true">
        {days.map((day) => (
          <li key={day} style={{ flexGrow: (midnightAfter(day) - day) / HOUR_MS }}>
            {shortDay(language, day)}
          </li>
        ))}
      </ol>
      {children}
      <Sessions sessions={sessionsOf(page)} durationMs={duration_ms} />
      {disruptionsOf(page).map(({ disruption, kind, begun_ms, ended_ms, until_ms }) => {
        const until = Math.min(ended_ms ?? until_ms ?? headMs, duration_ms);
        return (
          <span
            key={disruption}
            class="disrupted"
            data-marked={disruption}
            title={[term(language, kind), moment(language, epochMs + begun_ms)].join(say(language, "between_values"))}
            style={{ left: at(begun_ms), width: at(until - begun_ms) }}
          />
        );
      })}
      <span class="reached" style={{ left: at(headMs) }} />
      <span class="thumb" style={{ left: at(atMs) }} />
    </div>
  );
}

const STEPS: readonly (readonly [key: string, by: number])[] = [
  ["ArrowLeft", -1],
  ["ArrowRight", 1],
  ["PageUp", 24],
  ["PageDown", -24],
  ["Home", Number.NEGATIVE_INFINITY],
  ["End", Number.POSITIVE_INFINITY],
];

/** When sessions are on: a tick for each that is not cancelled. */
function Sessions({ sessions, durationMs }: { sessions: readonly Session[]; durationMs: number }) {
  const ticks = useMemo(() => {
    const held = sessions.filter(({ state }) => state !== "cancelled");
    return held
      .map(({ starts_ms, ends_ms }) => `M${hours(starts_ms)},0H${hours(ends_ms)}V1H${hours(starts_ms)}z`)
      .join("");
  }, [sessions]);
  return (
    <svg class="sessions" viewBox={`0 0 ${hours(durationMs)} 1`} preserveAspectRatio="none" aria-hidden="true">
      <path d={ticks} />
    </svg>
  );
}

/** How busy each hour was: the negotiations requested in it. */
function Activity({ snapshot }: { snapshot: Snapshot }) {
  const origins = (["domestic", "overseas"] as const).map((origin) =>
    counts(snapshot, `negotiations.per_hour.${origin}`),
  );
  const silhouettes = useMemo(() => {
    const most = Math.max(1, ...origins.flatMap((origin) => Object.values(origin)));
    return origins.map((origin) => silhouette(origin, most));
  }, origins);
  return (
    <svg
      class="activity"
      viewBox={`0 0 ${hours(snapshot.run.duration_ms)} 1`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {silhouettes.map((drawn, i) => (
        <path key={i} d={drawn} />
      ))}
    </svg>
  );
}

function silhouette(byHour: Counts, most: number): string {
  return Object.entries(byHour)
    .map(([hour, amount]) => `M${hour},1V${(1 - amount / most).toFixed(3)}h1V1z`)
    .join("");
}

function hours(ms: number): string {
  return (ms / HOUR_MS).toFixed(2);
}
