// How is the fair going? The first row alone answers it.

import { Chart } from "../chart";
import { byOrigin } from "../lines";
import { Note, Part, Tile } from "../parts";
import type { Page } from "../store";
import { say } from "../text";
import { Toward } from "../toward";
import { Attention, Notices } from "../attention";
import { Zones } from "./venue";

const LAPSED = ["negotiations.lapsed_per_hour.domestic", "negotiations.lapsed_per_hour.overseas"];
const SIGNED = ["agreements.per_hour.online", "agreements.per_hour.on_site"];

export function Overview({ page }: { page: Page }) {
  const { language } = page;
  return (
    <>
      <Attention page={page} />
      <dl class="tiles">
        <Tile page={page} of="negotiations.initiated" figure="negotiations.initiated">
          <Note page={page} word="note_negotiations" of={{ waiting: "negotiations.waiting", talking: "negotiations.talking" }} />
        </Tile>
        <Tile page={page} of="negotiations.lapse_share" day={LAPSED}>
          <Note page={page} word="note_lapsed" of={{ lapsed: "negotiations.lapsed", declined: "negotiations.declined" }} />
        </Tile>
        <Tile page={page} of="venue.inside" cap="venue.cap">
          <Note page={page} word="at_most" of={{ value: "venue.inside_peak" }} />
        </Tile>
        <Tile page={page} of="visits.online" day="visits.online">
          <Note page={page} word="at_most" of={{ value: "visits.online_peak" }} />
        </Tile>
        <Tile page={page} of="streams.viewers" day="streams.viewers">
          <Note page={page} word="note_streams" of={{ live: "streams.live", ended: "streams.ended" }} />
        </Tile>
        <Tile page={page} of="organisations.registered" figure="organisations.at_closing" />
        <Tile page={page} of="agreements.signed" day={SIGNED}>
          <Note page={page} word="note_agreements" of={{ value: "agreements.value_usd" }} />
        </Tile>
      </dl>
      <div class="parts">
        <Chart
          page={page}
          title={say(language, "chart_per_hour")}
          lines={byOrigin(page, "negotiations.per_hour")}
          resting={say(language, "resting_origin")}
        />
        <Toward page={page} />
        <Part title={say(language, "zones_title")}>
          <Zones page={page} />
        </Part>
        <Part title={say(language, "notices_title")}>
          <Notices page={page} />
        </Part>
      </div>
    </>
  );
}
