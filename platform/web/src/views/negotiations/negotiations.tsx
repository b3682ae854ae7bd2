// Who asks whom, who is answered, and who waits too long?

import { Courses, Origins } from "../../charts/charts";
import { measureSource } from "../../charts/source";
import { Economies } from "../../maps/economies";
import { Pairs } from "../../maps/pairs";
import type { Page } from "../../state/page";
import { amount } from "../../state/snapshot";
import { nameOfMeasure } from "../../text/names";
import { say } from "../../text/words";
import { BarList, Bars } from "../../ui/bars";
import { Facts } from "../../ui/measure";
import { Part } from "../../ui/part";
import { Later } from "../../ui/slow";
import { Tiles } from "../../ui/tiles";
import { Heat } from "./heat";
import { Latest } from "./latest";
import { Matrix } from "./matrix";

const FUNNEL = [
  "initiated",
  "taken_up",
  "held",
  "intents",
  "follow_up",
  "no_deal",
  "declined",
  "lapsed",
  "arranged",
  "missed",
  "waiting",
  "talking",
];
const HEADLINES = [
  "negotiations.initiated",
  "negotiations.initiated_overseas",
  "negotiations.waiting",
  "negotiations.talking",
  "negotiations.lapse_share",
  "negotiations.waited_p90_s",
  "negotiations.desks_busy",
] as const;

export function Negotiations({ page }: { page: Page }) {
  return (
    <>
      <Tiles page={page} of={HEADLINES} />
      <div class="parts">
        <Origins page={page} title="chart_per_hour" of="negotiations.per_hour" resting="resting_origin" />
        <Origins page={page} title="chart_lapsed" of="negotiations.lapsed_per_hour" />
        <Courses
          page={page}
          title="chart_talks"
          of={[
            ["negotiations.waiting", "waiting", "ink"],
            ["negotiations.talking", "talking", "quiet"],
          ]}
        />
        <Courses page={page} title="desks_busy" of={[["negotiations.desks_busy", "desks_busy", "ink"]]} />
        <Later>{() => <Details page={page} />}</Later>
        <Latest page={page} />
      </div>
    </>
  );
}

/** What is below the charts: maps, tables and breakdowns. */
function Details({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const funnel = FUNNEL.map((name): [string, number] => [name, amount(snapshot, `negotiations.${name}`)]);
  return (
    <>
      <Economies page={page} />
      <Pairs page={page} />
      <Heat page={page} />
      <Part
        title={say(language, "matrix_title")}
        about={say(language, "matrix_about")}
        wide
        source={measureSource(page, ["negotiations.by_sectors"])}
      >
        <Matrix page={page} />
      </Part>
      <Part title={say(language, "funnel_title")} source={measureSource(page, ["negotiations"])}>
        <BarList
          page={page}
          of="negotiations"
          entries={funnel}
          named={(name) => nameOfMeasure(language, `negotiations.${name}`)}
        />
      </Part>
      <Part title={say(language, "sectors_title")} source={measureSource(page, ["negotiations.by_sector"])}>
        <Bars page={page} of="negotiations.by_sector" />
        <Facts
          page={page}
          of={[
            "negotiations.waited_p50_s",
            "negotiations.waited_mean_s",
            "negotiations.talked_mean_s",
            "negotiations.repeated",
            "negotiations.overseas_share",
          ]}
        />
      </Part>
    </>
  );
}
