// What is on, who is in the rooms, and who watches?

import { Chart, epochOf } from "../chart";
import { date } from "../clock";
import { number } from "../format";
import { hourly, seen } from "../lines";
import { Bars, Note, Part, Tile } from "../parts";
import { onAir, sessionsOf } from "../services";
import type { Page } from "../store";
import { say } from "../text";
import { Timeline } from "../timeline";

export function Programme({ page }: { page: Page }) {
  const { language, atMs } = page;
  return (
    <>
      <dl class="tiles">
        <Tile page={page} of="programme.live" />
        <Tile page={page} of="programme.held">
          <Note page={page} word="note_sessions" of={{ value: "programme.scheduled" }} />
        </Tile>
        <Tile page={page} of="programme.attended" />
        <Tile page={page} of="programme.turned_away" />
        <Tile page={page} of="programme.cancelled">
          <Note page={page} word="note_moved" of={{ moved: "programme.rescheduled", overran: "programme.overran" }} />
        </Tile>
        <Tile page={page} of="streams.viewers" day="streams.viewers">
          <Note page={page} word="at_most" of={{ value: "streams.viewers_peak" }} />
        </Tile>
        <Tile page={page} of="streams.live">
          <Note page={page} word="note_ended" of={{ value: "streams.ended" }} />
        </Tile>
      </dl>
      <div class="parts">
        <Part title={say(language, "timeline_title")} about={date(language, epochOf(page) + Math.max(0, atMs - 1))} wide>
          <Timeline page={page} sessions={sessionsOf(page)} />
          <p class="legend states">
            {(["scheduled", "live", "held", "cancelled"] as const).map((state) => (
              <span key={state} data-state={state}>
                {say(language, `session_${state}`)}
              </span>
            ))}
          </p>
        </Part>
        <Part title={say(language, "on_air_title")}>
          <OnAir page={page} />
        </Part>
        <Chart
          page={page}
          title={say(language, "viewers_title")}
          lines={[seen(page, "streams.viewers", { name: say(language, "viewers"), colour: "domestic" })]}
          resting={say(language, "resting_seen")}
        />
        <Part title={say(language, "kinds_title")}>
          <Bars page={page} of="programme.held_by_kind" />
        </Part>
        <Chart
          page={page}
          title={say(language, "chart_views")}
          lines={[hourly(page, "streams.views_per_hour", { name: say(language, "views_begun"), colour: "domestic" })]}
        />
      </div>
    </>
  );
}

function OnAir({ page }: { page: Page }) {
  const { language } = page;
  const streams = onAir(page);
  if (streams.length === 0) return <p class="quiet">{say(language, "on_air_none")}</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{say(language, "column_session")}</th>
          <th scope="col">{say(language, "viewers")}</th>
          <th scope="col">{say(language, "column_most")}</th>
        </tr>
      </thead>
      <tbody>
        {streams.map((stream) => (
          <tr key={stream.stream} data-stream={stream.stream}>
            <th scope="row">{stream.title}</th>
            <td>{number(language, stream.viewers)}</td>
            <td>{number(language, stream.viewers_peak)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
