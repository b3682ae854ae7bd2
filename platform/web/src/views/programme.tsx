// What is on, who is in the rooms, and who watches?

import { epochOf } from "../chart";
import { Course, Hours } from "../charts";
import { date } from "../clock";
import { number } from "../format";
import { Bars, Columns, Part } from "../parts";
import { onAir, sessionsOf } from "../services";
import type { Page } from "../store";
import { say, titleOf } from "../text";
import { Tiles } from "../tiles";
import { CHANGED, Timeline } from "../timeline";
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
        <Part title={say(language, "timeline_title")} about={date(language, epochOf(page) + Math.max(0, atMs - 1))} wide>
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
        <Part title={say(language, "on_air_title")}>
          <OnAir page={page} />
        </Part>
        <Course page={page} title="viewers_title" of={[["streams.viewers", "viewers", "domestic"]]} />
        <Part title={say(language, "kinds_title")}>
          <Bars page={page} of="programme.held_by_kind" />
        </Part>
        <Hours page={page} title="chart_views" of={[["streams.views_per_hour", "views_begun", "domestic"]]} />
      </div>
    </>
  );
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
            <th scope="row">{titleOf(language, { kind: "", sector: "", ...stream, ...sessions.get(stream.stream) })}</th>
            <td>{number(language, stream.viewers)}</td>
            <td>{number(language, stream.viewers_peak)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
