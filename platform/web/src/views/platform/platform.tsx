// What does the platform carry, and how old are the numbers?

import { Courses, Hours, Origins } from "../../charts/charts";
import { measureSource } from "../../charts/source";
import type { Page } from "../../state/page";
import { shown } from "../../text/format";
import { say, type Word } from "../../text/words";
import { Facts } from "../../ui/measure";
import { Part } from "../../ui/part";
import { Tiles } from "../../ui/tiles";

const LAGS = ["model_to_intake", "intake_to_fold", "fold_to_socket"] as const;
const HEADLINES = [
  "visits.online",
  "platform.rooms_in_use",
  "platform.viewers_in_use",
  "platform.requests_per_s",
  "platform.capacity_share",
  "platform.logins_refused",
  "streams.refused",
] as const;

export function Platform({ page }: { page: Page }) {
  const { language } = page;
  return (
    <>
      <Tiles page={page} of={HEADLINES} />
      <div class="parts">
        <Courses
          page={page}
          title="chart_online"
          of={[
            ["visits.online", "visitors", "ink"],
            ["streams.viewers", "viewers", "quiet"],
          ]}
        />
        <Origins page={page} title="chart_visits" of="visits.per_hour" resting="resting_visits" abroad="from_abroad" />
        <Hours page={page} title="chart_requests" of={[["platform.requests_per_hour", "requests", "ink"]]} />
        <Hours
          page={page}
          title="chart_refused"
          of={[
            ["platform.logins_refused_per_hour", "logins_refused", "over"],
            ["streams.refused_per_hour", "views_refused", "quiet"],
          ]}
        />
        <Part
          title={say(language, "refused_title")}
          source={measureSource(page, ["platform", "streams", "visits", "negotiations"])}
        >
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
