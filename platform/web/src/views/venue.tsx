// How full are the halls, and how long do people queue for them?

import { epochOf } from "../chart";
import { Course, Hours } from "../charts";
import { DAY_MS, shortDay } from "../clock";
import { number, shown } from "../format";
import { BarList, Bars, Facts, Part, share } from "../parts";
import { amount, counts, measure } from "../snapshot";
import type { Page } from "../store";
import { type Word, say, term } from "../text";
import { Tiles } from "../tiles";

/** People for each m² of stand space at which a zone is drawn full to the top. */
const FULL_DENSITY = 0.5;
const HEADLINES = [
  "venue.inside",
  "venue.waiting",
  "venue.waited_p90_s",
  "venue.refused",
  "venue.entered",
  "venue.visitors",
] as const;

export function Venue({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  return (
    <>
      <Tiles page={page} of={HEADLINES} />
      <div class="parts">
        <Part title={say(language, "zones_title")} about={say(language, stateOf(page))}>
          <Zones page={page} />
        </Part>
        <Part title={say(language, "gates_title")}>
          <Gates page={page} />
        </Part>
        <Course
          page={page}
          title="chart_inside"
          of={[["venue.inside", "inside", "domestic"]]}
          bound={amount(snapshot, "venue.cap")}
        />
        <Course page={page} title="chart_queue" of={[["venue.waiting", "queueing", "domestic"]]} />
        <Hours
          page={page}
          title="chart_flow"
          of={[
            ["venue.entered_per_hour", "entered", "domestic"],
            ["venue.left_per_hour", "left", "quiet"],
            ["venue.refused_per_hour", "refused", "overseas"],
          ]}
        />
        <Part title={say(language, "days_title")}>
          <Days page={page} />
        </Part>
        <Part title={say(language, "refusals_title")}>
          <Bars page={page} of="venue.refused_by_reason" />
          <Facts
            page={page}
            of={["venue.turned_away", "venue.stayed_mean_s", "venue.days_per_visitor", "routes.taken", "routes.left_behind"]}
          />
        </Part>
      </div>
    </>
  );
}

/** The zones side by side: as wide as their stand space, filled as far as people stand close. */
export function Zones({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const area = counts(snapshot, "venue.net_m2_by_zone");
  const people = counts(snapshot, "venue.inside_by_zone");
  const density = counts(snapshot, "venue.density_by_zone");
  return (
    <>
      <ul class="zones" aria-label={say(language, "zones_about")}>
        {Object.entries(area).map(([zone, m2]) => (
          <li key={zone} style={{ "--area": m2, "--fill": share(Math.min(1, (density[zone] ?? 0) / FULL_DENSITY)) }}>
            <span class="name">{term(language, zone)}</span>
            <b data-measure={`venue.inside_by_zone.${zone}`}>{shown(language, people[zone] ?? 0, "count")}</b>
            <span class="quiet">
              <span data-measure={`venue.density_by_zone.${zone}`}>{shown(language, density[zone] ?? 0, "density")}</span>{" "}
              {say(language, "per_m2")}
            </span>
          </li>
        ))}
      </ul>
      <p class="legend">{say(language, "zones_legend", { value: number(language, FULL_DENSITY) })}</p>
    </>
  );
}

export function Gates({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const entries = Object.entries(counts(snapshot, "venue.waiting_by_gate"));
  const named = (gate: string): string => say(language, "gate", { number: String(Number(gate) + 1) });
  if (entries.length === 0) return <p class="quiet">{say(language, stateOf(page))}</p>;
  return <BarList page={page} of="venue.waiting_by_gate" entries={entries} named={named} />;
}

function Days({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const epochMs = epochOf(page);
  const entries = Object.entries(counts(snapshot, "venue.entered_per_day"));
  const named = (day: string): string => shortDay(language, epochMs + Number(day) * DAY_MS);
  return <BarList page={page} of="venue.entered_per_day" entries={entries} named={named} />;
}

function stateOf(page: Page): Word {
  const state = page.snapshot && measure(page.snapshot, "venue.state");
  return state === "open" ? "venue_open" : state === "leaving" ? "venue_leaving" : "venue_closed";
}
