// The map of the halls: the zones side by side, their areas drawn true, filled as far as people stand close. Where one has too
// little room for its numbers, a list.

import { DENSITY_LIMITS } from "../../api/measures";
import type { Page } from "../../state/page";
import { counts } from "../../state/snapshot";
import { shown } from "../../text/format";
import { term } from "../../text/names";
import { say } from "../../text/words";
import { Term } from "../../ui/part";
import { drawnShare } from "../../ui/reported";

type Area = readonly [zone: string, m2: number];

/** Zones in one row. */
const COLUMNS = 3;
/** The least share of the height that a row has room in, and of the width that a zone has. */
const [LEAST_HEIGHT, LEAST_WIDTH] = [0.2, 0.14];

interface Props {
  page: Page;
  /** Of a list, how many are shown: those in which people stand closest. All by default. */
  most?: number;
}

export function HallMap({ page, most }: Props) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const areas = areasOf(page);
  const rows = inRows(areas);
  const value = shown(language, DENSITY_LIMITS.over, "density");
  if (areListed(page)) {
    const listed = most === undefined || most >= areas.length ? areas : closest(page, areas, most);
    return (
      <>
        <ul class="zone-list" aria-label={say(language, "zones_about")}>
          {listed.map(([zone]) => (
            <li key={zone} {...zoneOf(page, zone)}>
              <Zone page={page} zone={zone} />
            </li>
          ))}
        </ul>
        <p class="legend">
          {listed.length < areas.length &&
            say(language, "zones_closest", { count: String(listed.length), all: String(areas.length) })}{" "}
          {say(language, "zones_list_legend", { value })}
        </p>
      </>
    );
  }
  return (
    <>
      <div class="zones" role="list" aria-label={say(language, "zones_about")}>
        {rows.map((row) => (
          <div key={row[0]?.[0]} class="zone-row" style={{ "--area": areaOf(row) / areaOf(areas) }}>
            {row.map(([zone, m2]) => (
              <div key={zone} role="listitem" {...zoneOf(page, zone, m2 / areaOf(row))}>
                <Zone page={page} zone={zone} />
              </div>
            ))}
          </div>
        ))}
      </div>
      <p class="legend">{say(language, "zones_legend", { value })}</p>
    </>
  );
}

/** Returns what the element of a zone says of it: its name in full, its state, how full it is drawn. */
function zoneOf(page: Page, zone: string, area?: number) {
  const density = densityOf(page, zone);
  const state = density >= DENSITY_LIMITS.over ? "over" : density >= DENSITY_LIMITS.tight ? "tight" : undefined;
  return {
    "data-zone": zone,
    "data-state": state,
    "data-picked": page.place.pick === zone ? "" : undefined,
    title: term(page.language, zone),
    style: { "--area": area, "--fill": drawnShare(Math.min(1, density / DENSITY_LIMITS.over)) },
  };
}

function Zone({ page, zone }: { page: Page; zone: string }) {
  const { language, snapshot } = page;
  const people = snapshot ? counts(snapshot, "venue.inside_by_zone") : {};
  const density = densityOf(page, zone);
  return (
    <>
      <span class="name">
        <Term language={language} name={zone} />
      </span>{" "}
      <span>
        <b data-measure={`venue.inside_by_zone.${zone}`} data-raw={people[zone] ?? 0}>
          {shown(language, people[zone] ?? 0, "count")}
        </b>{" "}
        <span class="quiet">
          <span data-measure={`venue.density_by_zone.${zone}`} data-raw={density}>
            {shown(language, density, "density")}
          </span>{" "}
          {say(language, "per_m2")}
        </span>{" "}
        {density >= DENSITY_LIMITS.over && <em>{say(language, "zone_crowded")}</em>}
      </span>
    </>
  );
}

function densityOf({ snapshot }: Page, zone: string): number {
  return (snapshot && counts(snapshot, "venue.density_by_zone")[zone]) ?? 0;
}

/** Returns the zones in which people stand closest. */
function closest(page: Page, areas: readonly Area[], most: number): Area[] {
  return [...areas].sort(([a], [b]) => densityOf(page, b) - densityOf(page, a)).slice(0, most);
}

/** Returns whether the zones are a list: drawn by their areas, some would have no room for their numbers. */
export function areListed(page: Page): boolean {
  const areas = areasOf(page);
  const isNarrow = (row: readonly Area[]) => row.some(([, m2]) => m2 < LEAST_WIDTH * areaOf(row));
  return inRows(areas).some((row) => areaOf(row) < LEAST_HEIGHT * areaOf(areas) || isNarrow(row));
}

function areasOf({ snapshot }: Page): Area[] {
  return snapshot ? Object.entries(counts(snapshot, "venue.net_m2_by_zone")) : [];
}

/** Returns the zones in rows, whose heights follow their areas; within a row the widths do. */
function inRows(zones: readonly Area[]): Area[][] {
  return Array.from({ length: Math.ceil(zones.length / COLUMNS) }, (_, row) =>
    zones.slice(row * COLUMNS, (row + 1) * COLUMNS),
  );
}

function areaOf(zones: readonly Area[]): number {
  return zones.reduce((sum, [, m2]) => sum + m2, 0);
}
