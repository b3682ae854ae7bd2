// What is on, who is in the rooms, and who watches?

import type { Stream } from "../../api/types";
import { Courses, Hours } from "../../charts/charts";
import type { Rows } from "../../charts/rows";
import { answerSource, measureSource } from "../../charts/source";
import { ON_AIR, SESSIONS } from "../../state/answers";
import { epochOf, type Page } from "../../state/page";
import { onAir, sessionsOf } from "../../state/rows";
import { date } from "../../text/clock";
import { number } from "../../text/format";
import { term, titleOf } from "../../text/names";
import { say, type Word } from "../../text/words";
import { Bars } from "../../ui/bars";
import { Columns, Part } from "../../ui/part";
import { roomOf } from "../../ui/rooms";
import { Tiles } from "../../ui/tiles";
import { programmeDay } from "./days";
import { PickedSession } from "./session";
import { CHANGED, Timeline } from "./timeline";

const HEADLINES = [
  "programme.live",
  "programme.held",
  "programme.attended",
  "programme.turned_away",
  "programme.cancelled",
  "streams.viewers",
  "streams.live",
] as const;

export function Programme({ page }: { page: Page }) {
  const { language, atMs } = page;
  return (
    <>
      <Tiles page={page} of={HEADLINES} />
      <div class="parts">
        <PickedSession page={page} />
        <Part
          title={say(language, "timeline_title")}
          about={date(language, programmeDay(epochOf(page), atMs, sessionsOf(page)).midnight)}
          wide
          source={answerSource(page, SESSIONS)}
          rows={() => sessionRows(page)}
        >
          <Timeline page={page} sessions={sessionsOf(page)} />
          <p class="legend states">
            {(["scheduled", "live", "held", "cancelled"] as const).map((state) => (
              <span key={state} data-state={state}>
                {say(language, `session_${state}`)}
              </span>
            ))}
            <span>
              {CHANGED}
              {say(language, "session_changed")}
            </span>
          </p>
        </Part>
        <Part title={say(language, "on_air_title")} source={answerSource(page, ON_AIR)}>
          <OnAir page={page} />
        </Part>
        <Courses page={page} title="viewers_title" of={[["streams.viewers", "viewers", "ink"]]} />
        <Part title={say(language, "kinds_title")} source={measureSource(page, ["programme.held_by_kind"])}>
          <Bars page={page} of="programme.held_by_kind" />
        </Part>
        <Hours page={page} title="chart_views" of={[["streams.views_per_hour", "views_started", "ink"]]} />
      </div>
    </>
  );
}

const TAKEN: readonly Word[] = [
  "column_session",
  "column_kind",
  "column_room",
  "column_starts",
  "column_ends",
  "column_state",
  "column_capacity",
  "column_admitted",
  "column_turned_away",
];

/** Returns the sessions of all days as they are taken as CSV. */
function sessionRows(page: Page): Rows {
  const { language } = page;
  const utc = (ms: number): string => new Date(epochOf(page) + ms).toISOString();
  const rows = sessionsOf(page).map((session) => [
    titleOf(language, session),
    term(language, session.kind),
    roomOf(page, session.room),
    utc(session.starts_ms),
    utc(session.ends_ms),
    say(language, `session_${session.state}` as Word),
    session.capacity,
    session.attended,
    session.turned_away,
  ]);
  return [TAKEN.map((word) => say(language, word)), ...rows];
}

function OnAir({ page }: { page: Page }) {
  const { language } = page;
  const streams = onAir(page);
  const sessions = new Map(sessionsOf(page).map((session) => [session.session, session]));
  if (streams.length === 0) return <p class="quiet">{say(language, "on_air_none")}</p>;
  return (
    <table>
      <Columns language={language} of={["column_session", "viewers", "column_most"]} />
      <tbody>
        {streams.map((stream) => (
          <tr key={stream.stream} data-stream={stream.stream}>
            <th scope="row">{titleOf(language, sessions.get(stream.stream) ?? ownTitle(stream))}</th>
            <td data-raw={stream.viewers}>{number(language, stream.viewers)}</td>
            <td data-raw={stream.viewers_peak}>{number(language, stream.viewers_peak)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Returns the title of a stream whose session is not known yet. */
function ownTitle({ title }: Stream): Parameters<typeof titleOf>[1] {
  return { title, kind: "", number_of_kind: null, about: "" };
}
