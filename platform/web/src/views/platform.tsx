// What does the platform carry, and how old are the numbers?

import { Chart } from "../chart";
import { shown } from "../format";
import { byOrigin, seen } from "../lines";
import { Note, Part, Tile } from "../parts";
import type { Page } from "../store";
import { type Word, say } from "../text";

const LAGS = ["model_to_intake", "intake_to_fold", "fold_to_socket"] as const;

export function Platform({ page }: { page: Page }) {
  const { language } = page;
  return (
    <>
      <dl class="tiles">
        <Tile page={page} of="visits.online" day="visits.online">
          <Note page={page} word="at_most" of={{ value: "visits.online_peak" }} />
        </Tile>
        <Tile page={page} of="streams.viewers" day="streams.viewers">
          <Note page={page} word="at_most" of={{ value: "streams.viewers_peak" }} />
        </Tile>
        <Tile page={page} of="visits.started" />
        <Tile page={page} of="visits.without_request_share" />
        <Tile page={page} of="visits.stands_viewed" />
        <Tile page={page} of="visits.projects_viewed" />
      </dl>
      <div class="parts">
        <Chart
          page={page}
          title={say(language, "chart_online")}
          lines={[
            seen(page, "visits.online", { name: say(language, "visitors"), colour: "domestic" }),
            seen(page, "streams.viewers", { name: say(language, "viewers"), colour: "quiet" }),
          ]}
          resting={say(language, "resting_seen")}
        />
        <Chart
          page={page}
          title={say(language, "chart_visits")}
          lines={byOrigin(page, "visits.per_hour")}
          resting={say(language, "resting_visits")}
        />
        <Part title={say(language, "lags_title")}>
          <dl class="facts">
            {LAGS.map((lag) => (
              <div class="fact" key={lag}>
                <dt>{say(language, `lag_${lag}` as Word)}</dt>
                <dd data-lag={lag}>
                  {page.lags?.[lag] == null ? say(language, "lag_unknown") : shown(language, page.lags[lag], "ms")}
                </dd>
              </div>
            ))}
          </dl>
        </Part>
      </div>
    </>
  );
}
