// The time of the fair, along the bottom of every view: its days and nights, what has been played, and where we are.

import { useMemo } from "preact/hooks";
import { changeSpan } from "./actions";
import { epochOf } from "./chart";
import { DAY_MS, HOUR_MS, moment, shortDay } from "./clock";
import { type Counts, type Snapshot, counts } from "./snapshot";
import { type Session, sessionsOf } from "./services";
import type { Page } from "./store";
import { say } from "./text";

export function TimeBar({ page }: { page: Page }) {
  const { language, snapshot, live, atMs, headMs } = page;
  if (!snapshot) return null;
  const { duration_ms } = snapshot.run;
  const epochMs = epochOf(page);
  const days = Array.from({ length: Math.ceil(duration_ms / DAY_MS) }, (_, day) => epochMs + day * DAY_MS);
  const at = (ms: number): string => `${(100 * ms) / duration_ms}%`;
  return (
    <footer class="timebar">
      <div class="time" aria-label={`${say(language, "time_bar")}: ${moment(language, epochMs + atMs)}`} role="img">
        <ol class="days" aria-hidden="true">
          {days.map((day) => (
            <li key={day}>{shortDay(language, day)}</li>
          ))}
        </ol>
        {live && <Activity snapshot={live} />}
        <Sessions sessions={sessionsOf(page)} durationMs={duration_ms} />
        <span class="reached" style={{ left: at(headMs) }} />
        <span class="thumb" style={{ left: at(atMs) }} />
      </div>
      <button type="button" id="span" title={say(language, "span_title")} onClick={changeSpan}>
        {say(language, page.place.day ? "span_day" : "span_all")}
      </button>
    </footer>
  );
}

/** When something is on: a tick for each session. */
function Sessions({ sessions, durationMs }: { sessions: readonly Session[]; durationMs: number }) {
  return useMemo(() => {
    const ticks = sessions.map(({ starts_ms, ends_ms }) => `M${hours(starts_ms)},0H${hours(ends_ms)}V1H${hours(starts_ms)}z`);
    return (
      <svg class="sessions" viewBox={`0 0 ${hours(durationMs)} 1`} preserveAspectRatio="none" aria-hidden="true">
        <path d={ticks.join("")} />
      </svg>
    );
  }, [sessions, durationMs]);
}

function hours(ms: number): string {
  return (ms / HOUR_MS).toFixed(2);
}

/** How busy each hour was: the negotiations that were asked for in it. */
function Activity({ snapshot }: { snapshot: Snapshot }) {
  const origins = (["domestic", "overseas"] as const).map((origin) => counts(snapshot, `negotiations.per_hour.${origin}`));
  const hours = Math.ceil(snapshot.run.duration_ms / HOUR_MS);
  const most = Math.max(1, ...origins.flatMap((origin) => Object.values(origin)));
  return (
    <svg class="activity" viewBox={`0 0 ${hours} 1`} preserveAspectRatio="none" aria-hidden="true">
      {origins.map((origin, i) => (
        <path key={i} d={silhouette(origin, most)} />
      ))}
    </svg>
  );
}

function silhouette(byHour: Counts, most: number): string {
  return Object.entries(byHour)
    .map(([hour, amount]) => `M${hour},1V${(1 - amount / most).toFixed(3)}h1V1z`)
    .join("");
}
