// The headlines that views open with. What a headline is compared with is defined once, whatever view shows it.

import { Spark } from "../charts/spark";
import type { Page } from "../state/page";
import { rowsOf } from "../state/rows";
import { amount } from "../state/snapshot";
import { nameOfMeasure } from "../text/names";
import type { Word } from "../text/words";
import { Measure, Note } from "./measure";
import { boundOf, capOf, reach, reported } from "./reported";
import { RoleOf } from "./role";

interface Beside {
  /** The figure that the measure is compared with. */
  figure?: string;
  /** A bound on the measure, itself a measure. */
  cap?: string;
  /** The day in lines: series by hour, or the course of a gauge. */
  day?: string | readonly string[];
  /** A sentence with further measures in it. */
  note?: readonly [Word, Record<string, string>];
}

const peak = (value: string): readonly [Word, Record<string, string>] => ["peak", { value }];

/** Headlines that are more than a number. */
const BESIDE: Record<string, Beside> = {
  "negotiations.initiated": {
    figure: "negotiations.initiated",
    note: ["note_negotiations", { waiting: "negotiations.waiting", talking: "negotiations.talking" }],
  },
  "negotiations.initiated_overseas": { figure: "negotiations.initiated_overseas" },
  "negotiations.lapse_share": {
    day: ["negotiations.lapsed_per_hour.domestic", "negotiations.lapsed_per_hour.overseas"],
    note: ["note_lapsed", { lapsed: "negotiations.lapsed", declined: "negotiations.declined" }],
  },
  "negotiations.waiting": { day: "negotiations.waiting" },
  "negotiations.talking": { day: "negotiations.talking" },
  "negotiations.desks_busy": {
    note: ["note_desks", { most: "negotiations.desks_busy_peak", waited: "negotiations.desks_waited_at" }],
  },
  "venue.inside": { cap: "venue.cap", note: peak("venue.inside_peak") },
  "venue.waiting": { day: "venue.waiting", note: peak("venue.waiting_peak") },
  "venue.refused": { day: "venue.refused_per_hour" },
  "venue.entered": { day: "venue.entered_per_hour" },
  "visits.online": { day: "visits.online", note: peak("visits.online_peak") },
  "streams.viewers": {
    day: "streams.viewers",
    note: ["note_streams", { live: "streams.live", most: "streams.viewers_peak" }],
  },
  "streams.live": { note: ["note_ended", { value: "streams.ended" }] },
  "streams.refused": { day: "streams.refused_per_hour" },
  "programme.held": { note: ["note_sessions", { value: "programme.scheduled" }] },
  "programme.cancelled": { note: ["note_moved", { moved: "programme.rescheduled", overran: "programme.overran" }] },
  "platform.rooms_in_use": { cap: "platform.rooms", note: peak("platform.rooms_in_use_peak") },
  "platform.viewers_in_use": { cap: "platform.viewers", note: peak("streams.viewers_peak") },
  "platform.requests_per_s": { cap: "platform.requests_most_per_s", note: peak("platform.requests_peak_per_s") },
  "platform.logins_refused": { day: "platform.logins_refused_per_hour" },
  "organisations.registered": { figure: "organisations.at_closing" },
  "projects.published": { figure: "projects.published_online" },
  "agreements.signed": {
    day: ["agreements.per_hour.online", "agreements.per_hour.on_site"],
    note: ["note_agreements", { value: "agreements.value_usd" }],
  },
  "results.reports": { figure: "results.reports" },
};
/** How far beyond the reported figure a tile's line reaches. */
const HEADROOM = 1.25;

/** The headlines of a view. */
export function Tiles({ page, of }: { page: Page; of: readonly string[] }) {
  return (
    <dl class="tiles">
      {of.map((path) => (
        <Tile key={path} page={page} of={path} beside={BESIDE[path] ?? {}} />
      ))}
    </dl>
  );
}

/** A headline: its name, its value, the day in a line, and what it is compared with. */
function Tile({ page, of, beside: { figure, cap, day, note } }: { page: Page; of: string; beside: Beside }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const value = amount(snapshot, of);
  const row = rowsOf(page).find((row) => row.figure === figure);
  const bound = cap ? boundOf(page, cap) : row && typeof row.reported === "number" ? row.reported : 0;
  return (
    <div data-tile={of}>
      <dt>{nameOfMeasure(language, of)}</dt>
      <dd class="value">
        <Measure page={page} of={of} />
      </dd>
      {bound > 0 && (
        <dd class="line" aria-hidden="true" data-cap={cap && ""} style={reach(value, bound, cap ? 1 : HEADROOM)} />
      )}
      {bound === 0 && day !== undefined && <Spark page={page} of={day} />}
      <dd class="about">
        {row && <span>{reported(page, row)}</span>}
        {cap && bound > 0 && <span>{capOf(page, cap, bound)}</span>}
        {note && <Note page={page} word={note[0]} of={note[1]} />}
        <RoleOf language={language} row={row} />
      </dd>
    </div>
  );
}
