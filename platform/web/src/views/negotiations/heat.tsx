// Whose requests lapse, and at what hour of the fair: stronger where a larger share of those that wait no more had lapsed.

import { useState } from "preact/hooks";
import type { Lapses } from "../../api/types";
import type { Rows as Cells } from "../../charts/rows";
import { answerSource } from "../../charts/source";
import { LAPSES } from "../../state/answers";
import { epochOf, type Page } from "../../state/page";
import { lapsesOf } from "../../state/rows";
import { HOUR_MS, hourOfDay, midnightAfter, midnights, shortDay } from "../../text/clock";
import { fair, home } from "../../text/fair";
import { number, percent } from "../../text/format";
import { economy } from "../../text/names";
import { type Language, say } from "../../text/words";
import { Part } from "../../ui/part";
import { Memo } from "../../ui/slow";

/** In how many shades the share of lapsed requests is drawn. */
const SHADES = 20;

export function Heat({ page }: { page: Page }) {
  const { language, snapshot } = page;
  const [pointed, point] = useState<{ of: string; hour: number } | null>(null);
  const hours = Math.ceil((snapshot?.run.duration_ms ?? HOUR_MS) / HOUR_MS);
  const rows = lapsesOf(page);
  const reading = pointed && readingOf(page, rows, pointed.of, pointed.hour);
  return (
    <Part
      title={say(language, "heat_title")}
      about={reading ?? say(language, "heat_about")}
      wide
      source={answerSource(page, LAPSES)}
      rows={() => takenOf(language, rows)}
    >
      <div onPointerMove={(event) => point(placeOf(event, hours))} onPointerLeave={() => point(null)}>
        <Memo of={[language, fair(), rows, hours]}>{() => <Rows page={page} rows={rows} hours={hours} />}</Memo>
      </div>
      <p class="legend heat-legend">
        0% <span aria-hidden="true" /> 100%
      </p>
    </Part>
  );
}

const TAKEN = ["column_economy", "column_initiated", "column_answered", "column_lapsed", "column_lapse_share"] as const;

/** Returns what is taken as CSV. */
function takenOf(language: Language, rows: readonly Lapses[]): Cells {
  const head = TAKEN.map((word) => say(language, word));
  return [
    head,
    ...rows.map(({ of, requested, answered, lapsed, lapse_share }) => [
      economy(language, of),
      requested,
      answered,
      lapsed,
      answered === 0 ? null : lapse_share,
    ]),
  ];
}

function Rows({ page, rows, hours }: { page: Page; rows: readonly Lapses[]; hours: number }) {
  const { language } = page;
  const days = midnights(epochOf(page), epochOf(page) + hours * HOUR_MS - 1);
  return (
    <ol class="heat">
      <li class="quiet" aria-hidden="true">
        <span class="days-of-heat">
          {days.map((day) => (
            <span key={day} style={{ flexGrow: (midnightAfter(day) - day) / HOUR_MS }}>
              {shortDay(language, day)}
            </span>
          ))}
        </span>
      </li>
      {rows.map((lapses) => (
        <li key={lapses.of} data-lapses={lapses.of} data-home={lapses.of === home() ? "" : undefined}>
          <span class="name">{economy(language, lapses.of)}</span>
          <svg viewBox={`0 0 ${hours} 1`} preserveAspectRatio="none" aria-hidden="true">
            {shadesOf(lapses).map(
              (outline, shade) => outline && <path key={outline} d={outline} style={{ fillOpacity: shade / SHADES }} />,
            )}
          </svg>
          <span class="amount">
            {lapses.answered === 0 ? say(language, "none_yet") : percent(language, lapses.lapse_share, 1)}
          </span>
          <span class="amount quiet">{lapsedOf(language, lapses.lapsed, lapses.answered)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Returns the economy and the hour under the pointer. */
function placeOf(event: PointerEvent, hours: number): { of: string; hour: number } | null {
  const drawing = event.target instanceof Element ? event.target.closest("svg") : null;
  const of = drawing?.closest<HTMLElement>("[data-lapses]")?.dataset.lapses;
  if (!drawing || of === undefined) return null;
  const { left, width } = drawing.getBoundingClientRect();
  return { of, hour: Math.min(hours - 1, Math.floor(((event.clientX - left) / width) * hours)) };
}

/** Returns how many requests of an economy's hour lapsed, in words. */
function readingOf(page: Page, rows: readonly Lapses[], of: string, hour: number): string | null {
  const row = rows.find((each) => each.of === of);
  if (row === undefined) return null;
  const { language } = page;
  return say(language, "heat_reading", {
    economy: economy(language, of),
    hour: hourOfDay(language, epochOf(page) + hour * HOUR_MS),
    lapsed: lapsedOf(language, row.lapsed_per_hour[hour] ?? 0, row.answered_per_hour[hour] ?? 0),
  });
}

function lapsedOf(language: Language, lapsed: number, answered: number): string {
  return say(language, "lapsed_of", { lapsed: number(language, lapsed), answered: number(language, answered) });
}

/** Returns the hours as outlines, one for each shade: an element for each hour would make 1,700. */
function shadesOf({ answered_per_hour, lapsed_per_hour }: Lapses): string[] {
  const shades = Array.from({ length: SHADES + 1 }, () => "");
  for (const [hour, answered] of Object.entries(answered_per_hour)) {
    const shade = Math.round((SHADES * (lapsed_per_hour[hour] ?? 0)) / answered);
    if (shade > 0) shades[shade] += `M${hour},0h1.05v1h-1.05z`;
  }
  return shades;
}
