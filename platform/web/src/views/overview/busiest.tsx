// A fair that is over shows empty halls. The hour in which most was going on says more, and can be shown and played.

import { go, seek } from "../../state/actions";
import { atOf } from "../../state/address";
import { epochOf, type Page } from "../../state/page";
import { type Counts, counts, type Snapshot } from "../../state/snapshot";
import { HOUR_MS, moment } from "../../text/clock";
import { number } from "../../text/format";
import { say } from "../../text/words";

/** What an hour is measured by: negotiations, and entries where there are none. */
const MEASURES = [
  { paths: ["negotiations.per_hour.domestic", "negotiations.per_hour.overseas"], word: "busiest_negotiations" },
  { paths: ["venue.entered_per_hour"], word: "busiest_entries" },
] as const;

export function Busiest({ page, snapshot }: { page: Page; snapshot: Snapshot }) {
  const { language, place } = page;
  const hours = MEASURES.map(({ paths, word }) => ({
    word,
    ...busiestOf(paths.map((path) => counts(snapshot, path))),
  }));
  const best = hours.find(({ count }) => count > 0);
  if (best === undefined || place.at !== null) return null;
  const atMs = best.hour * HOUR_MS;
  const from = () => go({ at: atOf(atMs, epochOf(page)), speed: page.speed });
  return (
    <p class="quiet" data-busiest={best.hour}>
      {say(language, best.word, {
        moment: moment(language, epochOf(page) + atMs),
        count: number(language, best.count),
      })}{" "}
      <button type="button" class="plain" onClick={() => seek(atMs + HOUR_MS)}>
        {say(language, "busiest_show")}
      </button>{" "}
      <button type="button" class="plain" onClick={from}>
        {say(language, "busiest_play")}
      </button>
    </p>
  );
}

function busiestOf(series: Counts[]): { hour: number; count: number } {
  let busiest = { hour: 0, count: 0 };
  for (const hour of new Set(series.flatMap(Object.keys))) {
    const count = series.reduce((sum, counted) => sum + (counted[hour] ?? 0), 0);
    if (count > busiest.count) busiest = { hour: Number(hour), count };
  }
  return busiest;
}
