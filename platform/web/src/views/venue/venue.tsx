// How full are the halls, and how long do people queue for them?

import { Courses, Hours } from "../../charts/charts";
import { measureSource } from "../../charts/source";
import { epochOf, type Page } from "../../state/page";
import { amount, counts, measure } from "../../state/snapshot";
import { midnightOf, shortDay } from "../../text/clock";
import { nameOfGate } from "../../text/names";
import { say, type Word } from "../../text/words";
import { BarList, Bars } from "../../ui/bars";
import { Facts } from "../../ui/measure";
import { Part } from "../../ui/part";
import { boundOf } from "../../ui/reported";
import { Tiles } from "../../ui/tiles";
import { Ahead } from "./ahead";
import { areListed, HallMap } from "./hall_map";

const HEADLINES = [
  "venue.inside",
  "venue.waiting",
  "venue.waited_p90_s",
  "venue.refused",
  "venue.entered",
  "venue.visitors",
] as const;

/** Where zones are a list, a wall has room for so many. */
const ON_A_WALL = 7;
/** A bound that is so many times the most that there was leaves the line of people no height. */
const FAR = 2;

export function Venue({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const cap = boundOf(page, "venue.cap");
  const isNear = cap <= FAR * amount(snapshot, "venue.inside_peak");
  return (
    <>
      <Tiles page={page} of={HEADLINES} />
      <div class="parts">
        <Part
          title={say(language, "zones_title")}
          wide={areListed(page)}
          about={say(language, stateOf(page))}
          source={measureSource(page, ["venue.inside_by_zone", "venue.density_by_zone"])}
        >
          <HallMap page={page} {...(page.place.wall ? { most: ON_A_WALL } : {})} />
        </Part>
        <Part title={say(language, "gates_title")} source={measureSource(page, ["venue.waiting_by_gate"])}>
          <Gates page={page} />
        </Part>
        <Ahead page={page} />
        <Courses page={page} title="chart_inside" of={[["venue.inside", "inside", "ink"]]} bound={isNear ? cap : 0} />
        <Courses page={page} title="chart_queue" of={[["venue.waiting", "queueing", "ink"]]} />
        <Hours
          page={page}
          title="chart_flow"
          of={[
            ["venue.entered_per_hour", "entered", "ink"],
            ["venue.left_per_hour", "left", "quiet"],
            ["venue.refused_per_hour", "refused", "over"],
          ]}
        />
        <Part title={say(language, "days_title")} source={measureSource(page, ["venue.entered_per_day"])}>
          <Days page={page} />
        </Part>
        <Part title={say(language, "refusals_title")} source={measureSource(page, ["venue.refused_by_reason"])}>
          <Bars page={page} of="venue.refused_by_reason" />
          <Facts
            page={page}
            of={[
              "venue.turned_away",
              "venue.stayed_mean_s",
              "venue.entries_per_visitor",
              "routes.taken",
              "routes.left_behind",
            ]}
          />
        </Part>
      </div>
    </>
  );
}

function Gates({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const entries = Object.entries(counts(snapshot, "venue.waiting_by_gate"));
  const named = (gate: string): string => nameOfGate(language, Number(gate));
  if (entries.length === 0) return <p class="quiet">{say(language, stateOf(page))}</p>;
  return <BarList page={page} of="venue.waiting_by_gate" entries={entries} named={named} />;
}

function Days({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const epochMs = epochOf(page);
  const entries = Object.entries(counts(snapshot, "venue.entered_per_day"));
  const named = (day: string): string => shortDay(language, midnightOf(epochMs, Number(day)));
  return <BarList page={page} of="venue.entered_per_day" entries={entries} named={named} />;
}

function stateOf(page: Page): Word {
  const state = page.snapshot && measure(page.snapshot, "venue.state");
  return state === "open" ? "venue_open" : state === "leaving" ? "venue_leaving" : "venue_closed";
}
