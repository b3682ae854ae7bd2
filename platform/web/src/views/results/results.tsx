// What comes of it all?

import { Hours } from "../../charts/charts";
import { measureSource } from "../../charts/source";
import type { Page } from "../../state/page";
import { counts, largest, table } from "../../state/snapshot";
import { currencyOf } from "../../text/fair";
import { money, shown } from "../../text/format";
import { say } from "../../text/words";
import { Bars } from "../../ui/bars";
import { Facts } from "../../ui/measure";
import { Columns, Part, Term } from "../../ui/part";
import { Tiles } from "../../ui/tiles";

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
            ["agreements.per_hour.online", "online", "ink"],
            ["agreements.per_hour.on_site", "on_site", "quiet"],
          ]}
        />
        <Hours page={page} title="chart_value" format="usd" of={[["agreements.value_per_hour", "value", "ink"]]} />
        <Hours
          page={page}
          title="chart_published"
          of={[
            ["projects.per_hour", "projects", "ink"],
            ["results.released_per_hour", "releases", "quiet"],
          ]}
        />
        <Hours page={page} title="chart_registered" of={[["organisations.per_hour", "registered", "ink"]]} />
        <Part title={say(language, "sectors_title")} source={measureSource(page, ["agreements"])}>
          <Sectors page={page} />
        </Part>
        <Part title={say(language, "occasions_title")} source={measureSource(page, ["results"])}>
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
        <Part title={say(language, "projects")} source={measureSource(page, ["projects"])}>
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
            <th scope="row">
              <Term language={language} name={sector} />
            </th>
            <td data-measure={`agreements.by_sector.${sector}`} data-raw={signed}>
              {shown(language, signed, "count")}
            </td>
            <td data-raw={value[sector] ?? 0}>{shown(language, value[sector] ?? 0, "usd")}</td>
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
  const values = table(snapshot, "results.announced_value");
  const worth = (occasion: string): string => {
    const currency = currencyOf(occasion);
    const value = values[currency]?.[occasion];
    return value ? money(language, value, currency) : say(language, "none_yet");
  };
  return (
    <table>
      <Columns
        language={language}
        of={["column_occasion", "column_announced", "column_signed", "column_value"]}
        more={
          <th scope="col" class="unseen">
            {say(language, "column_currency")}
          </th>
        }
      />
      <tbody>
        {largest(counts(snapshot, "results.announced_by_occasion")).map(([occasion, announced]) => (
          <tr key={occasion}>
            <th scope="row">
              <Term language={language} name={occasion} />
            </th>
            <td data-measure={`results.announced_by_occasion.${occasion}`} data-raw={announced}>
              {shown(language, announced, "count")}
            </td>
            <td data-raw={signed[occasion] ?? 0}>{shown(language, signed[occasion] ?? 0, "count")}</td>
            <td data-raw={values[currencyOf(occasion)]?.[occasion] ?? ""}>{worth(occasion)}</td>
            <td class="unseen">{currencyOf(occasion)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
