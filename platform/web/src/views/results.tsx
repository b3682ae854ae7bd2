// What comes of it all?

import { Chart } from "../chart";
import { shown } from "../format";
import { hourly } from "../lines";
import { Bars, Facts, Note, Part, Tile } from "../parts";
import { counts, largest } from "../snapshot";
import type { Page } from "../store";
import { say, term } from "../text";

export function Results({ page }: { page: Page }) {
  const { language } = page;
  const modes = (["online", "on_site"] as const).map((mode, i) =>
    hourly(page, `agreements.per_hour.${mode}`, { name: say(language, mode), colour: i ? "quiet" : "domestic" }),
  );
  return (
    <>
      <dl class="tiles">
        <Tile page={page} of="agreements.signed">
          <Note page={page} word="note_agreements" of={{ value: "agreements.value_usd" }} />
        </Tile>
        <Tile page={page} of="agreements.waiting" />
        <Tile page={page} of="agreements.drafting" />
        <Tile page={page} of="projects.published" figure="projects.published_online" />
        <Tile page={page} of="results.announced" />
        <Tile page={page} of="results.releases" />
        <Tile page={page} of="results.reports" figure="results.reports" />
      </dl>
      <div class="parts">
        <Chart page={page} title={say(language, "chart_agreements")} lines={modes} />
        <Chart
          page={page}
          title={say(language, "chart_value")}
          as="usd"
          lines={[hourly(page, "agreements.value_per_hour", { name: say(language, "value"), colour: "domestic" })]}
        />
        <Chart
          page={page}
          title={say(language, "chart_published")}
          lines={[
            hourly(page, "projects.per_hour", { name: say(language, "projects"), colour: "domestic" }),
            hourly(page, "results.released_per_hour", { name: say(language, "releases"), colour: "quiet" }),
          ]}
        />
        <Chart
          page={page}
          title={say(language, "chart_registered")}
          lines={[hourly(page, "organisations.per_hour", { name: say(language, "registered"), colour: "domestic" })]}
        />
        <Part title={say(language, "sectors_title")}>
          <Sectors page={page} />
        </Part>
        <Part title={say(language, "occasions_title")}>
          <Occasions page={page} />
          <Facts
            page={page}
            of={[
              "agreements.fell_through",
              "agreements.signed_online",
              "agreements.signed_on_site",
              "agreements.waited_on_site_p90_h",
              "agreements.value_mean_usd",
            ]}
          />
        </Part>
        <Part title={say(language, "projects")}>
          <Bars page={page} of="projects.by_sector" />
        </Part>
      </div>
    </>
  );
}

function Sectors({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const value = counts(snapshot, "agreements.value_by_sector");
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{say(language, "column_sector")}</th>
          <th scope="col">{say(language, "column_agreements")}</th>
          <th scope="col">{say(language, "column_value")}</th>
        </tr>
      </thead>
      <tbody>
        {largest(counts(snapshot, "agreements.by_sector")).map(([sector, signed]) => (
          <tr key={sector}>
            <th scope="row">{term(language, sector)}</th>
            <td data-measure={`agreements.by_sector.${sector}`}>{shown(language, signed, "count")}</td>
            <td>{shown(language, value[sector] ?? 0, "usd")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Occasions({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const signed = counts(snapshot, "results.signed_by_occasion");
  const [usd, cny] = [counts(snapshot, "results.announced_value_usd"), counts(snapshot, "results.announced_value_cny")];
  const worth = (occasion: string): string => {
    if (usd[occasion]) return shown(language, usd[occasion], "usd");
    return cny[occasion] ? shown(language, cny[occasion], "cny") : say(language, "none_yet");
  };
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{say(language, "column_occasion")}</th>
          <th scope="col">{say(language, "column_announced")}</th>
          <th scope="col">{say(language, "column_signed")}</th>
          <th scope="col">{say(language, "column_value")}</th>
        </tr>
      </thead>
      <tbody>
        {largest(counts(snapshot, "results.announced_by_occasion")).map(([occasion, announced]) => (
          <tr key={occasion}>
            <th scope="row">{term(language, occasion)}</th>
            <td data-measure={`results.announced_by_occasion.${occasion}`}>{shown(language, announced, "count")}</td>
            <td>{shown(language, signed[occasion] ?? 0, "count")}</td>
            <td>{worth(occasion)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
