// How is the fair going? The first row alone answers it.

import { Origins } from "../../charts/charts";
import { answerSource, measureSource } from "../../charts/source";
import type { Page } from "../../state/page";
import { say } from "../../text/words";
import { Part } from "../../ui/part";
import { Tiles } from "../../ui/tiles";
import { HallMap } from "../venue/hall_map";
import { Attention } from "./attention";
import { Notices } from "./notices";
import { Toward } from "./toward";

const HEADLINES = [
  "negotiations.initiated",
  "negotiations.lapse_share",
  "venue.inside",
  "visits.online",
  "streams.viewers",
  "organisations.registered",
  "agreements.signed",
] as const;

/** Where zones are a list: all of them are in the view Venue. */
const LISTED_ZONES = 6;

export function Overview({ page }: { page: Page }) {
  const { language } = page;
  return (
    <>
      <Attention page={page} />
      <Tiles page={page} of={HEADLINES} />
      <div class="parts">
        <Origins page={page} title="chart_per_hour" of="negotiations.per_hour" resting="resting_origin" />
        <Toward page={page} />
        <Part
          title={say(language, "zones_title")}
          source={measureSource(page, ["venue.inside_by_zone", "venue.density_by_zone"])}
        >
          <HallMap page={page} most={LISTED_ZONES} />
        </Part>
        <Part title={say(language, "notices_title")} source={answerSource(page, "notices")}>
          <Notices page={page} />
        </Part>
      </div>
    </>
  );
}
