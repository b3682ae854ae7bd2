// The map of the halls: the zones side by side: their areas drawn true, filled as far as people stand close.

import { DENSITY_LIMITS } from "../../api/measures";
import type { Page } from "../../state/page";
import { counts } from "../../state/snapshot";
import { shown } from "../../text/format";
import { term } from "../../text/names";
import { say } from "../../text/words";
import { Term } from "../../ui/part";
import { drawnShare } from "../../ui/reported";

type Zone = readonly [zone: string, m2: number];

/** Zones in one row. */
const COLUMNS = 3;

export function HallMap({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const people = counts(snapshot, "venue.inside_by_zone");
  const density = counts(snapshot, "venue.density_by_zone");
  const zones = Object.entries(counts(snapshot, "venue.net_m2_by_zone"));
  const stateOf = (zone: string): "over" | "tight" | undefined => {
    const now = density[zone] ?? 0;
    return now >= DENSITY_LIMITS.over ? "over" : now >= DENSITY_LIMITS.tight ? "tight" : undefined;
  };
  return (
    <>
      <div class="zones" role="list" aria-label={say(language, "zones_about")}>
        {inRows(zones).map((row) => (
          <div key={row[0]?.[0]} class="zone-row" style={{ "--area": areaOf(row) / areaOf(zones) }}>
            {row.map(([zone, m2]) => (
              <div
                key={zone}
                role="listitem"
                data-zone={zone}
                title={term(language, zone)}
                data-state={stateOf(zone)}
                data-picked={page.place.pick === zone ? "" : undefined}
                style={{
                  "--area": m2 / areaOf(row),
                  "--fill": drawnShare(Math.min(1, (density[zone] ?? 0) / DENSITY_LIMITS.over)),
                }}
              >
                <span class="name">
                  <Term language={language} name={zone} />{" "}
                  {stateOf(zone) === "over" && <em>{say(language, "zone_crowded")}</em>}
                </span>
                <span>
                  <b data-measure={`venue.inside_by_zone.${zone}`}>{shown(language, people[zone] ?? 0, "count")}</b>{" "}
                  <span class="quiet">
                    <span data-measure={`venue.density_by_zone.${zone}`}>
                      {shown(language, density[zone] ?? 0, "density")}
                    </span>{" "}
                    {say(language, "per_m2")}
                  </span>
                </span>
              </div>
            ))}
          </div>
        ))}
      </div>
      <p class="legend">{say(language, "zones_legend", { value: shown(language, DENSITY_LIMITS.over, "density") })}</p>
    </>
  );
}

/** Returns the zones in rows, whose heights follow their areas; within a row the widths do. */
function inRows(zones: readonly Zone[]): Zone[][] {
  return Array.from({ length: Math.ceil(zones.length / COLUMNS) }, (_, row) =>
    zones.slice(row * COLUMNS, (row + 1) * COLUMNS),
  );
}

function areaOf(zones: readonly Zone[]): number {
  return zones.reduce((sum, [, m2]) => sum + m2, 0);
}
