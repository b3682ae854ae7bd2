// A day of the programme: its rooms one below the other, its sessions where they lie in the day.

import type { Session } from "../../api/types";
import { go } from "../../state/actions";
import { epochOf, type Page } from "../../state/page";
import { HOUR_MS, hourAt, midnightBefore, time } from "../../text/clock";
import { number } from "../../text/format";
import { term, titleOf } from "../../text/names";
import { type Language, say, type Word } from "../../text/words";
import { Kept } from "../../ui/kept";
import { roomOf } from "../../ui/rooms";

interface Row {
  name: string;
  sessions: Session[];
}

/** Stands before the title of a session that was moved or delayed. */
export const CHANGED = "↷ ";
/** Hours that are shown even where nothing is on. */
const [FIRST_HOUR, LAST_HOUR] = [9, 18];

export function Timeline({ page, sessions }: { page: Page; sessions: readonly Session[] }) {
  const { language, atMs } = page;
  const epochMs = epochOf(page);
  const midnight = midnightBefore(epochMs + Math.max(0, atMs - 1));
  const shown = (hour: number): number => hourAt(midnight, hour) - epochMs;
  const [dayMs, endMs] = [shown(0), shown(24)];
  const today = sessions.filter(({ starts_ms }) => starts_ms >= dayMs && starts_ms < endMs);
  const from = Math.min(shown(FIRST_HOUR), ...today.map(({ starts_ms }) => floorHour(starts_ms)));
  const to = Math.max(shown(LAST_HOUR), ...today.map((session) => floorHour(until(session) + HOUR_MS - 1)));
  const at = (ms: number): string => `${(100 * (ms - from)) / (to - from)}%`;
  const hours = Array.from({ length: (to - from) / HOUR_MS }, (_, i) => from + i * HOUR_MS);
  return (
    <div class="scrolls">
      <div class="timeline">
        <div class="hours" aria-hidden="true">
          {hours.map((hour) => (
            <span key={hour} style={{ left: at(hour) }}>
              {time(language, epochMs + hour)}
            </span>
          ))}
        </div>
        <Kept of={[language, sessions, dayMs]}>
          {() => rows(page, today).map((row) => <Room key={row.name} page={page} row={row} at={at} />)}
        </Kept>
        {atMs >= from && atMs <= to && (
          <div class="present" aria-hidden="true">
            <span style={{ left: at(atMs) }} />
          </div>
        )}
      </div>
    </div>
  );
}

function Room({ page, row: { name, sessions }, at }: { page: Page; row: Row; at: (ms: number) => string }) {
  const { language } = page;
  return (
    <div class="room">
      <span class="name">{name}</span>
      <ul>
        {sessions.map((session) => (
          <li
            key={session.session}
            data-session={session.session}
            data-state={session.state}
            data-changed={isChanged(session) ? "" : undefined}
            title={describe(page, session)}
            style={{ left: at(session.opened_ms ?? session.starts_ms), right: `calc(100% - ${at(until(session))})` }}
          >
            <span class="unseen">{describe(page, session)}</span>
            <button
              type="button"
              aria-label={titleOf(language, session)}
              onClick={() => go({ pick: String(session.session) })}
            >
              {isChanged(session) && CHANGED}
              {titleOf(language, session)}
            </button>
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
  const first = { room: roomOf(page, first_room), from: time(language, epochMs + first_starts_ms) };
  const changed = isChanged(session) ? ` ${say(language, "session_first", first)}` : "";
  const about = say(language, "session_about", {
    title: titleOf(language, session),
    kind: term(language, session.kind),
    state: stateOf(language, session),
    room: roomOf(page, session.room),
    from: time(language, epochMs + session.starts_ms),
    to: time(language, epochMs + session.ends_ms),
    attended: number(language, session.attended),
    capacity: number(language, session.capacity),
    turned_away: number(language, session.turned_away),
  });
  return about + changed;
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
    .sort(([a, [one]], [b, [other]]) => Number(one?.room === "") - Number(other?.room === "") || compare(a, b))
    .map(([name, sessions]) => ({ name: sessions[0]?.room === "" ? name : roomOf(page, name), sessions }));
}

function freeRow(language: Language, rooms: ReadonlyMap<string, Session[]>, session: Session): string {
  for (let row = 1; ; row++) {
    const name = `${say(language, "online")} ${row}`;
    if ((rooms.get(name) ?? []).every((other) => until(other) <= session.starts_ms)) return name;
  }
}

function until(session: Session): number {
  return session.closed_ms ?? session.ends_ms;
}

function floorHour(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

function compare(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
