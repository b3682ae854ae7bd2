// Who asks whom, who is answered, and who waits too long?

import { Chart } from "../chart";
import { byOrigin } from "../lines";
import { BarList, Bars, Facts, Note, Part, Tile } from "../parts";
import { amount } from "../snapshot";
import type { Page } from "../store";
import { nameOfMeasure, say } from "../text";
import { World } from "../world";

const FUNNEL = ["initiated", "taken_up", "held", "intents", "follow_up", "no_deal", "declined", "lapsed", "waiting", "talking"];

export function Negotiations({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const funnel = FUNNEL.map((name): [string, number] => [name, amount(snapshot, `negotiations.${name}`)]);
  return (
    <>
      <dl class="tiles">
        <Tile page={page} of="negotiations.initiated" figure="negotiations.initiated" />
        <Tile page={page} of="negotiations.initiated_overseas" figure="negotiations.initiated_overseas" />
        <Tile page={page} of="negotiations.waiting" day="negotiations.waiting" />
        <Tile page={page} of="negotiations.talking" day="negotiations.talking" />
        <Tile page={page} of="negotiations.lapse_share">
          <Note page={page} word="note_lapsed" of={{ lapsed: "negotiations.lapsed", declined: "negotiations.declined" }} />
        </Tile>
        <Tile page={page} of="negotiations.waited_p50_s" />
        <Tile page={page} of="negotiations.waited_p90_s" />
      </dl>
      <div class="parts">
        <Chart
          page={page}
          title={say(language, "chart_per_hour")}
          lines={byOrigin(page, "negotiations.per_hour")}
          resting={say(language, "resting_origin")}
        />
        <Chart page={page} title={say(language, "chart_lapsed")} lines={byOrigin(page, "negotiations.lapsed_per_hour")} />
        <World page={page} />
        <Part title={say(language, "funnel_title")}>
          <BarList
            page={page}
            of="negotiations"
            entries={funnel}
            named={(name) => nameOfMeasure(language, `negotiations.${name}`)}
          />
        </Part>
        <Part title={say(language, "sectors_title")}>
          <Bars page={page} of="negotiations.by_sector" />
        </Part>
        <Part title={say(language, "waits_title")}>
          <Facts
            page={page}
            of={["negotiations.waited_mean_s", "negotiations.talked_mean_s", "negotiations.repeated", "negotiations.overseas_share"]}
          />
        </Part>
      </div>
    </>
  );
}
