// A day of the programme: its rooms one below the other, its sessions where they lie in the day and in its night.

import type { Session } from "../../api/types";
import { go } from "../../state/actions";
import { epochOf, type Page } from "../../state/page";
import { HOUR_MS, hourAt, midnightBefore, moment, shortDay, time } from "../../text/clock";
import { fair } from "../../text/fair";
import { number } from "../../text/format";
import { term, titleOf } from "../../text/names";
import { inARow, type Language, say, type Word } from "../../text/words";
import { roomOf } from "../../ui/rooms";
import { Memo } from "../../ui/slow";
import { programmeDay } from "./days";

interface Row {
  name: string;
  sessions: Session[];
}

/** Stands before the title of a session that was moved or delayed. */
export const CHANGED = "↷ ";
/** Hours that are shown even where nothing is on, but for those before the first session of a long day. */
const [FIRST_HOUR, LAST_HOUR] = [9, 18];
const LONG_DAY_MS = 12 * HOUR_MS;
/** Width of an hour at the least, and of the rooms' names. */
const [HOUR_REM, NAMES_REM] = [4, 5];
/** From this share of the width on, what is shown of a session lies to the left. */
const LATE = 0.7;
/** Of so many rows at the end, it lies above; of as many at the begin, below. */
const ROWS = 3;

export function Timeline({ page, sessions }: { page: Page; sessions: readonly Session[] }) {
  const { language, atMs } = page;
  const epochMs = epochOf(page);
  const { midnight, sessions: today, endMs } = programmeDay(epochMs, atMs, sessions);
  const shown = (hour: number): number => hourAt(midnight, hour) - epochMs;
  const begins = today.map(({ starts_ms, opened_ms }) => floorHour(Math.min(starts_ms, opened_ms ?? starts_ms)));
  const ends = today.map((session) => floorHour(Math.min(until(session), endMs) + HOUR_MS - 1));
  const to = Math.max(shown(LAST_HOUR), ...ends);
  const early = Math.min(shown(FIRST_HOUR), ...begins);
  const from = to - early > LONG_DAY_MS ? Math.min(...begins) : early;
  const share = (ms: number): number => Math.min(1, (ms - from) / (to - from));
  const at = (ms: number): string => `${100 * share(ms)}%`;
  const hours = Array.from({ length: (to - from) / HOUR_MS }, (_, i) => from + i * HOUR_MS);
  return (
    <div class="scrolls">
      <div class="timeline" style={{ minWidth: `${Math.max(52, NAMES_REM + HOUR_REM * hours.length)}rem` }}>
        <div class="hours" aria-hidden="true">
          {hours.map((hour) => (
            <span key={hour} data-midnight={isMidnight(epochMs + hour) ? "" : undefined} style={{ left: at(hour) }}>
              {isMidnight(epochMs + hour) ? shortDay(language, epochMs + hour) : time(language, epochMs + hour)}
            </span>
          ))}
        </div>
        <Memo of={[language, fair(), sessions, midnight]}>
          {() =>
            rows(page, today).map((row, place, { length }) => (
              <Room key={row.name} page={page} row={row} share={share} isLow={place >= Math.max(ROWS, length - ROWS)} />
            ))
          }
        </Memo>
        {atMs >= from && atMs <= to && (
          <div class="present" aria-hidden="true">
            <span style={{ left: at(atMs) }} />
          </div>
        )}
      </div>
    </div>
  );
}

interface Of {
  page: Page;
  row: Row;
  share: (ms: number) => number;
  isLow: boolean;
}

function Room({ page, row: { name, sessions }, share, isLow }: Of) {
  const { language } = page;
  const begins = (session: Session): number => share(session.opened_ms ?? session.starts_ms);
  return (
    <div class="room" data-low={isLow ? "" : undefined}>
      <span class="name">{name}</span>
      <ul>
        {sessions.map((session) => (
          <li
            key={session.session}
            data-session={session.session}
            data-state={session.state}
            data-changed={isChanged(session) ? "" : undefined}
            data-late={begins(session) > LATE ? "" : undefined}
            style={{ marginLeft: percent(begins(session)), marginRight: percent(1 - share(until(session))) }}
          >
            <button
              type="button"
              aria-label={titleOf(language, session)}
              onClick={() => go({ pick: String(session.session) })}
            >
              <span class="cut">
                {isChanged(session) && CHANGED}
                {titleOf(language, session)}
              </span>
            </button>
            <span class="whole unseen">{describe(page, session)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Returns everything about a session in a sentence. */
export function describe(page: Page, session: Session): string {
  const { language } = page;
  const epochMs = epochOf(page);
  const { first_room, first_starts_ms } = session;
  const first = { room: roomOf(page, first_room), from: moment(language, epochMs + first_starts_ms) };
  const changed = isChanged(session) ? [say(language, "session_first", first)] : [];
  const about = say(language, "session_about", {
    title: titleOf(language, session),
    kind: term(language, session.kind),
    state: stateOf(language, session),
    room: roomOf(page, session.room),
    from: moment(language, epochMs + session.starts_ms),
    to: time(language, epochMs + session.ends_ms),
    attended: number(language, session.attended),
    capacity: number(language, session.capacity),
    turned_away: number(language, session.turned_away),
  });
  return inARow(about, ...changed);
}

/** Returns whether a session was moved to another room or another time. */
function isChanged({ room, first_room, starts_ms, first_starts_ms }: Session): boolean {
  return room !== first_room || starts_ms !== first_starts_ms;
}

function stateOf(language: Language, { state }: Session): string {
  return say(language, `session_${state}` as Word);
}

/** Returns a row for each room, and as many for sessions online as run at the same time. */
function rows(page: Page, sessions: readonly Session[]): Row[] {
  const rooms = new Map<string, Session[]>();
  for (const session of sessions) {
    const name = session.room === "" ? freeRow(page.language, rooms, session) : session.room;
    rooms.set(name, [...(rooms.get(name) ?? []), session]);
  }
  return [...rooms]
    .sort(([a, [first]], [b, [second]]) => Number(first?.room === "") - Number(second?.room === "") || compare(a, b))
    .map(([name, sessions]) => ({ name: sessions[0]?.room === "" ? name : roomOf(page, name), sessions }));
}

function freeRow(language: Language, rooms: ReadonlyMap<string, Session[]>, session: Session): string {
  for (let row = 1; ; row++) {
    const name = `${say(language, "online")} ${row}`;
    if ((rooms.get(name) ?? []).every((other) => until(other) <= session.starts_ms)) return name;
  }
}

function percent(share: number): string {
  return `${100 * share}%`;
}

function isMidnight(ms: number): boolean {
  return midnightBefore(ms) === ms;
}

function until(session: Session): number {
  return session.closed_ms ?? session.ends_ms;
}

function floorHour(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
