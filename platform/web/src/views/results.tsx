// What comes of it all?

import { Hours } from "../charts";
import { shown } from "../format";
import { Bars, Columns, Facts, Part } from "../parts";
import { counts, largest } from "../snapshot";
import type { Page } from "../store";
import { say, term } from "../text";
import { Tiles } from "../tiles";
const HEADLINES = [
  "agreements.signed",
  "agreements.waiting",
  "agreements.drafting",
  "projects.published",
  "results.announced",
  "results.releases",
  "results.reports",
] as const;

export function Results({ page }: { page: Page }) {
  const { language } = page;
  return (
    <>
      <Tiles page={page} of={HEADLINES} />
      <div class="parts">
        <Hours
          page={page}
          title="chart_agreements"
          of={[
            ["agreements.per_hour.online", "online", "domestic"],
            ["agreements.per_hour.on_site", "on_site", "quiet"],
          ]}
        />
        <Hours page={page} title="chart_value" as="usd" of={[["agreements.value_per_hour", "value", "domestic"]]} />
        <Hours
          page={page}
          title="chart_published"
          of={[
            ["projects.per_hour", "projects", "domestic"],
            ["results.released_per_hour", "releases", "quiet"],
          ]}
        />
        <Hours page={page} title="chart_registered" of={[["organisations.per_hour", "registered", "domestic"]]} />
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
      <Columns language={language} of={["column_sector", "column_agreements", "column_value"]} />
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
      <Columns language={language} of={["column_occasion", "column_announced", "column_signed", "column_value"]} />
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
