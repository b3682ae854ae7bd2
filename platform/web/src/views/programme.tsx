// What is on, who is in the rooms, and who watches?

import { Chart } from "../chart";
import { hourly, seen } from "../lines";
import { Bars, Note, Part, Tile } from "../parts";
import type { Page } from "../store";
import { say } from "../text";

export function Programme({ page }: { page: Page }) {
  const { language } = page;
  return (
    <>
      <dl class="tiles">
        <Tile page={page} of="programme.live" />
        <Tile page={page} of="programme.held">
          <Note page={page} word="note_sessions" of={{ value: "programme.scheduled" }} />
        </Tile>
        <Tile page={page} of="programme.attended" />
        <Tile page={page} of="programme.turned_away" />
        <Tile page={page} of="programme.overran" />
        <Tile page={page} of="streams.viewers" day="streams.viewers">
          <Note page={page} word="at_most" of={{ value: "streams.viewers_peak" }} />
        </Tile>
        <Tile page={page} of="streams.live">
          <Note page={page} word="note_streams" of={{ live: "streams.live", ended: "streams.ended" }} />
        </Tile>
      </dl>
      <div class="parts">
        <Chart
          page={page}
          title={say(language, "chart_views")}
          lines={[hourly(page, "streams.views_per_hour", { name: say(language, "views_begun"), colour: "domestic" })]}
        />
        <Chart
          page={page}
          title={say(language, "viewers")}
          lines={[seen(page, "streams.viewers", { name: say(language, "viewers"), colour: "domestic" })]}
          resting={say(language, "resting_seen")}
        />
        <Part title={say(language, "kinds_title")}>
          <Bars page={page} of="programme.held_by_kind" />
        </Part>
      </div>
    </>
  );
}
