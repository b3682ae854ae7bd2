// How is the fair going? The first row alone answers it.

import { Origins } from "../charts";
import { Part } from "../parts";
import type { Page } from "../store";
import { say } from "../text";
import { Tiles } from "../tiles";
import { Toward } from "../toward";
import { Attention, Notices } from "../attention";
import { Zones } from "./venue";

const HEADLINES = [
  "negotiations.initiated",
  "negotiations.lapse_share",
  "venue.inside",
  "visits.online",
  "streams.viewers",
  "organisations.registered",
  "agreements.signed",
] as const;

export function Overview({ page }: { page: Page }) {
  const { language } = page;
  return (
    <>
      <Attention page={page} />
      <Tiles page={page} of={HEADLINES} />
      <div class="parts">
        <Origins page={page} title="chart_per_hour" of="negotiations.per_hour" resting="resting_origin" />
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
