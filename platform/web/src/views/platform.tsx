// What does the platform carry, and how old are the numbers?

import { Chart } from "../chart";
import { shown } from "../format";
import { byOrigin, hourly, seen } from "../lines";
import { Facts, Note, Part, Tile } from "../parts";
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
        <Tile page={page} of="platform.rooms_in_use" cap="platform.rooms">
          <Note page={page} word="at_most" of={{ value: "platform.rooms_in_use_peak" }} />
        </Tile>
        <Tile page={page} of="platform.viewers_in_use" cap="platform.viewers">
          <Note page={page} word="at_most" of={{ value: "streams.viewers_peak" }} />
        </Tile>
        <Tile page={page} of="platform.requests_per_s" cap="platform.requests_most_per_s">
          <Note page={page} word="at_most" of={{ value: "platform.requests_peak_per_s" }} />
        </Tile>
        <Tile page={page} of="platform.capacity_share" />
        <Tile page={page} of="platform.logins_refused" day="platform.logins_refused_per_hour" />
        <Tile page={page} of="streams.refused" day="streams.refused_per_hour" />
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
        <Chart
          page={page}
          title={say(language, "chart_requests")}
          lines={[hourly(page, "platform.requests_per_hour", { name: say(language, "requests"), colour: "domestic" })]}
        />
        <Chart
          page={page}
          title={say(language, "chart_refused")}
          lines={[
            hourly(page, "platform.logins_refused_per_hour", { name: say(language, "logins_refused"), colour: "overseas" }),
            hourly(page, "streams.refused_per_hour", { name: say(language, "views_refused"), colour: "quiet" }),
          ]}
        />
        <Part title={say(language, "refused_title")}>
          <Facts
            page={page}
            of={[
              "platform.rooms_waiting",
              "platform.logins_given_up",
              "visits.dropped",
              "negotiations.failed",
              "streams.broken_off",
              "streams.stalled_min",
              "visits.started",
              "visits.stands_viewed",
              "visits.projects_viewed",
            ]}
          />
        </Part>
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
