// The requests of each economy, on a map of the world and in a table.

import { useState } from "preact/hooks";
import { measureSource } from "../charts/source";
import type { Page } from "../state/page";
import { counts, largest } from "../state/snapshot";
import { home } from "../text/fair";
import { number } from "../text/format";
import { economy } from "../text/names";
import { type Language, say } from "../text/words";
import { Columns, Part } from "../ui/part";
import { Memo } from "../ui/slow";
import type { Atlas } from "./atlas";
import { dataOf, pick, useAtlas } from "./use_atlas";

const LISTED = 12;
/** How strong the colour of the fewest requests is, and how many powers of ten make the strongest. */
const [LIGHTEST, SPREAD] = [0.14, 4];

export function Economies({ page }: { page: Page }) {
  const { language, snapshot } = page;
  const [atlas, isMissing] = useAtlas();
  const [pointed, point] = useState<string | null>(null);
  if (!snapshot) return null;
  const initiated = counts(snapshot, "negotiations.by_economy");
  const lapsed = counts(snapshot, "negotiations.lapsed_by_economy");
  const places = (code: string): Record<string, string> => ({
    economy: economy(language, code),
    initiated: number(language, initiated[code] ?? 0),
    lapsed: number(language, lapsed[code] ?? 0),
  });
  const shades = (atlas?.countries ?? []).map(({ code }) => shade(initiated[code] ?? 0));
  const reading = pointed ? say(language, "map_reading", places(pointed)) : say(language, "map_resting");
  return (
    <Part
      title={say(language, "economies_title")}
      about={reading}
      wide
      source={measureSource(page, ["negotiations.by_economy"])}
    >
      <div class="world">
        {isMissing && (
          <p class="quiet" role="status">
            {say(language, "map_missing")}
          </p>
        )}
        {atlas && (
          <svg
            viewBox={`0 0 ${atlas.width} ${atlas.height}`}
            role="img"
            aria-label={say(language, "economies_about")}
            onPointerOver={({ target }) => point(dataOf(target, "economy"))}
            onPointerLeave={() => point(null)}
            onClick={({ target }) => pick(dataOf(target, "economy"))}
          >
            <Memo of={[shades.join()]}>
              {() =>
                atlas.countries.map(({ code, outline }, i) => (
                  <path key={code + outline.length} d={outline} data-economy={code} style={{ "--shade": shades[i] }} />
                ))
              }
            </Memo>
            <Home language={language} atlas={atlas} />
          </svg>
        )}
        <table>
          <Columns language={language} of={["column_economy", "column_initiated", "column_lapsed"]} />
          <tbody>
            {largest(initiated, LISTED).map(([code, requests]) => (
              <tr key={code} onPointerEnter={() => point(code)} onPointerLeave={() => point(null)}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => pick(code)}>
                    {economy(language, code)}
                  </button>
                </th>
                <td data-measure={`negotiations.by_economy.${code}`} data-raw={requests}>
                  {number(language, requests)}
                </td>
                <td data-measure={`negotiations.lapsed_by_economy.${code}`} data-raw={lapsed[code] ?? 0}>
                  {number(language, lapsed[code] ?? 0)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  );
}

/** The label of the home economy. */
function Home({ language, atlas }: { language: Language; atlas: Atlas }) {
  const place = atlas.placeOf(home());
  if (place === null) return null;
  return (
    <text x={place[0]} y={place[1]}>
      {economy(language, home())}
    </text>
  );
}

/** Returns how strongly an economy is drawn: by the power of ten of its requests, as the home economy dwarfs all others. */
function shade(requests: number): string {
  return requests === 0 ? "0" : Math.min(1, LIGHTEST + Math.log10(requests) / SPREAD).toFixed(2);
}
