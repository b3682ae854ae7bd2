// A day of the programme: its rooms one below the other, its sessions where they lie in the day.

import { epochOf } from "./chart";
import { DAY_MS, HOUR_MS, midnightBefore, time } from "./clock";
import { number } from "./format";
import type { Session } from "./services";
import { Kept } from "./kept";
import type { Page } from "./store";
import { type Language, type Word, roomOf, say, term, titleOf } from "./text";

interface Row {
  name: string;
  sessions: Session[];
}

/** Stands before the title of a session that was moved or delayed. */
export const CHANGED = "↷ ";
/** Hours that are shown though nothing is on. */
const [FIRST_HOUR, LAST_HOUR] = [9, 18];

export function Timeline({ page, sessions }: { page: Page; sessions: readonly Session[] }) {
  const { language, atMs } = page;
  const epochMs = epochOf(page);
  const dayMs = midnightBefore(epochMs + Math.max(0, atMs - 1)) - epochMs;
  const today = sessions.filter(({ starts_ms }) => starts_ms >= dayMs && starts_ms < dayMs + DAY_MS);
  const from = Math.min(dayMs + FIRST_HOUR * HOUR_MS, ...today.map(({ starts_ms }) => floorHour(starts_ms)));
  const to = Math.max(dayMs + LAST_HOUR * HOUR_MS, ...today.map((session) => floorHour(until(session) + HOUR_MS - 1)));
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
          {() => rows(language, today).map((row) => <Room key={row.name} page={page} row={row} at={at} />)}
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
      <span class="name">{roomOf(language, name)}</span>
      <ul>
        {sessions.map((session) => (
          <li
            key={session.session}
            data-session={session.session}
            data-state={session.state}
            data-changed={isChanged(session) ? "" : undefined}
            title={about(page, session)}
            style={{ left: at(session.opened_ms ?? session.starts_ms), right: `calc(100% - ${at(until(session))})` }}
          >
            <span class="unseen">{about(page, session)}</span>
            <span aria-hidden="true">
              {isChanged(session) && CHANGED}
              {titleOf(language, session)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Says everything about a session in a line. */
export function about({ language, ...page }: Page, session: Session): string {
  const epochMs = epochOf({ language, ...page });
  const { first_room, first_starts_ms } = session;
  const first = { room: placeOf(language, first_room), from: time(language, epochMs + first_starts_ms) };
  const changed = isChanged(session) ? ` ${say(language, "session_first", first)}` : "";
  const about = say(language, "session_about", {
    title: titleOf(language, session),
    kind: term(language, session.kind),
    state: stateOf(language, session),
    room: placeOf(language, session.room),
    from: time(language, epochMs + session.starts_ms),
    to: time(language, epochMs + session.ends_ms),
    attended: number(language, session.attended),
    capacity: number(language, session.capacity),
    turned_away: number(language, session.turned_away),
  });
  return about + changed;
}

function placeOf(language: Language, room: string): string {
  return room === "" ? say(language, "online") : roomOf(language, room);
}

/** Returns whether a session was moved to another room or another time. */
function isChanged({ room, first_room, starts_ms, first_starts_ms }: Session): boolean {
  return room !== first_room || starts_ms !== first_starts_ms;
}

export function stateOf(language: Language, { state }: Session): string {
  return say(language, `session_${state}` as Word);
}

/** Returns the rooms, and those online in as many rows as run at the same time. */
function rows(language: Language, sessions: readonly Session[]): Row[] {
  const rooms = new Map<string, Session[]>();
  for (const session of sessions) {
    const name = session.room === "" ? freeRow(language, rooms, session) : session.room;
    rooms.set(name, [...(rooms.get(name) ?? []), session]);
  }
  return [...rooms]
    .map(([name, sessions]) => ({ name, sessions }))
    .sort((a, b) => Number(a.sessions[0]?.room === "") - Number(b.sessions[0]?.room === "") || compare(a.name, b.name));
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
