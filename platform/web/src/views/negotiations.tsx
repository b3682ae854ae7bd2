// Who asks whom, who is answered, and who waits too long?

import { go } from "../actions";
import { epochOf } from "../chart";
import { Course, Origins } from "../charts";
import { moment } from "../clock";
import { duration, number, percent, shown } from "../format";
import { Kept, Later } from "../kept";
import { Matrix } from "../matrix";
import { BarList, Bars, Columns, Facts, Part } from "../parts";
import { type History, type Lapses, economyPicked, historyOf, lapsesOf, negotiationsOf } from "../services";
import { amount } from "../snapshot";
import type { Page } from "../store";
import { type Language, type Word, economy, nameOfMeasure, organisationOf, say, term } from "../text";
import { Tiles } from "../tiles";
import { Pairs, World } from "../world";

const FUNNEL = ["initiated", "taken_up", "held", "intents", "follow_up", "no_deal", "declined", "lapsed", "waiting", "talking"];
const COLUMNS: readonly Word[] = ["column_number", "column_when", "column_from", "column_to", "column_state", "column_waited"];
const HEADLINES = [
  "negotiations.initiated",
  "negotiations.initiated_overseas",
  "negotiations.waiting",
  "negotiations.talking",
  "negotiations.lapse_share",
  "negotiations.waited_p90_s",
  "negotiations.desks_busy",
] as const;

/** In how many shades the share of what lapses is drawn. */
const SHADES = 20;

export function Negotiations({ page }: { page: Page }) {
  return (
    <>
      <Tiles page={page} of={HEADLINES} />
      <div class="parts">
        <Origins page={page} title="chart_per_hour" of="negotiations.per_hour" resting="resting_origin" />
        <Origins page={page} title="chart_lapsed" of="negotiations.lapsed_per_hour" />
        <Course
          page={page}
          title="chart_talks"
          of={[
            ["negotiations.waiting", "waiting", "overseas"],
            ["negotiations.talking", "talking", "domestic"],
          ]}
        />
        <Course page={page} title="desks_busy" of={[["negotiations.desks_busy", "desks_busy", "ink"]]} />
        <Later>{() => <Details page={page} />}</Later>
        <Latest page={page} />
      </div>
    </>
  );
}

/** What is below the charts: maps, tables and breakdowns. */
function Details({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const funnel = FUNNEL.map((name): [string, number] => [name, amount(snapshot, `negotiations.${name}`)]);
  return (
    <>
      <World page={page} />
      <Pairs page={page} />
      <Part title={say(language, "heat_title")} about={say(language, "heat_about")} wide>
        <Kept of={[language, lapsesOf(page)]}>{() => <Heat page={page} />}</Kept>
      </Part>
      <Part title={say(language, "matrix_title")} about={say(language, "matrix_about")} wide>
        <Matrix page={page} />
      </Part>
      <Part title={say(language, "funnel_title")}>
        <BarList
          page={page}
          of="negotiations"
          entries={funnel}
          named={(name) => nameOfMeasure(language, `negotiations.${name}`)}
        />
      </Part>
      <Part title={say(language, "sectors_title")}>
        <Bars page={page} of="negotiations.by_sector" />
        <Facts
          page={page}
          of={["negotiations.waited_p50_s", "negotiations.waited_mean_s", "negotiations.talked_mean_s", "negotiations.repeated", "negotiations.overseas_share"]}
        />
      </Part>
    </>
  );
}

/** Of whose requests how many lapse, and at what hour: darker where more of them do. */
function Heat({ page }: { page: Page }) {
  const { language, snapshot } = page;
  const hours = Math.ceil((snapshot?.run.duration_ms ?? 0) / 3_600_000);
  return (
    <ol class="heat">
      {lapsesOf(page).map((lapses) => (
        <li key={lapses.of} data-lapses={lapses.of}>
          <span class="name">{economy(language, lapses.of)}</span>
          <svg viewBox={`0 0 ${hours} 1`} preserveAspectRatio="none" aria-hidden="true">
            {shadesOf(lapses).map((hours, shade) => hours && <path key={shade} d={hours} style={{ fillOpacity: shade / SHADES }} />)}
          </svg>
          <span class="amount">{percent(language, lapses.lapse_share, 1)}</span>
          <span class="amount quiet">
            {say(language, "lapsed_of", {
              lapsed: number(language, lapses.lapsed),
              answered: number(language, lapses.answered),
            })}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Returns the hours as outlines, by how dark they are drawn; with an element for each hour there would be 1,700. */
function shadesOf({ answered_per_hour, lapsed_per_hour }: Lapses): string[] {
  const shades = Array.from({ length: SHADES + 1 }, () => "");
  for (const [hour, answered] of Object.entries(answered_per_hour)) {
    const shade = Math.round((SHADES * (lapsed_per_hour[hour] ?? 0)) / answered);
    if (shade > 0) shades[shade] += `M${hour},0h1.05v1h-1.05z`;
  }
  return shades;
}

function Latest({ page }: { page: Page }) {
  const { language, place } = page;
  const epochMs = epochOf(page);
  const history = historyOf(page);
  const picked = economyPicked(place);
  const of = picked ? economy(language, picked) : "";
  return (
    <Part title={say(language, "latest_title")} about={of} wide>
      {place.pick !== null && (
        <button type="button" class="link" onClick={() => go({ pick: null })}>
          {say(language, "all_again")}
        </button>
      )}
      {history ? (
        <Steps language={language} history={history} epochMs={epochMs} />
      ) : (
        <div class="scrolls">
          <table class="latest">
            <Columns language={language} of={COLUMNS} />
            <tbody>
              {negotiationsOf(page).map((one) => (
                <tr key={one.negotiation} data-negotiation={one.negotiation}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => go({ pick: String(one.negotiation) })}>
                      {String(one.negotiation)}
                    </button>
                  </th>
                  <td>{moment(language, epochMs + one.requested_ms)}</td>
                  <td>{organisationOf(language, one.organisation_name, one.economy)}</td>
                  <td>{organisationOf(language, one.exhibitor_name, one.exhibitor_economy)}</td>
                  <td>{say(language, `negotiation_${one.state}` as Word)}</td>
                  <td>{duration(language, one.waited_ms / 1000)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Part>
  );
}

/** One negotiation from its request to what came of it. */
function Steps({ language, history, epochMs }: { language: Language; history: History; epochMs: number }) {
  return (
    <div class="history" data-negotiation={history.negotiation}>
      <p>
        {say(language, "history_of", {
          number: String(history.negotiation),
          from: organisationOf(language, history.organisation_name, history.economy),
          to: organisationOf(language, history.exhibitor_name, history.exhibitor_economy),
          sector: term(language, history.sector),
        })}
      </p>
      <ol>
        {history.history.map((step) => (
          <li key={step.type + step.at_ms} data-step={step.type}>
            <time>{moment(language, epochMs + step.at_ms)}</time>
            <b>{say(language, `step_${step.type.replace(".", "_")}` as Word)}</b>
            <span class="quiet">{said(language, step.said)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function said(language: Language, words: Record<string, number | string | boolean>): string {
  return Object.entries(words)
    .map(([name, value]) => {
      if (typeof value === "number" && name.endsWith("_ms")) return duration(language, value / 1000);
      if (typeof value === "number") return name.endsWith("_usd") ? shown(language, value, "usd") : number(language, value);
      return typeof value === "string" ? term(language, value) : "";
    })
    .filter(Boolean)
    .join(" · ");
}
