// Who asks: the requests of each economy on a map of the world, and in a table for whoever would rather read.

import { useEffect, useState } from "preact/hooks";
import { go } from "./actions";
import type { Atlas } from "./atlas";
import { number } from "./format";
import { Columns, Part } from "./parts";
import { counts, largest } from "./snapshot";
import type { Page } from "./store";
import { economy, say } from "./text";

const HOME = "CN";
const LISTED = 12;
/** How dark the fewest requests are, and how many times more make the darkest. */
const [LIGHTEST, SPREAD] = [0.14, 4];

/** Fetched and drawn once: projecting the outlines takes some 50 ms. */
let fetched: Promise<Atlas> | null = null;

async function fetchAtlas(): Promise<Atlas> {
  const { drawAtlas } = await import("./atlas");
  return drawAtlas();
}

export function World({ page }: { page: Page }) {
  const { language, snapshot } = page;
  const [atlas, setAtlas] = useState<Atlas | null>(null);
  const [pointed, point] = useState<string | null>(null);
  useEffect(() => {
    void (fetched ??= fetchAtlas()).then(setAtlas);
  }, []);
  if (!snapshot) return null;
  const initiated = counts(snapshot, "negotiations.by_economy");
  const lapsed = counts(snapshot, "negotiations.lapsed_by_economy");
  const places = (code: string): Record<string, string> => ({
    economy: economy(language, code),
    initiated: number(language, initiated[code] ?? 0),
    lapsed: number(language, lapsed[code] ?? 0),
  });
  const reading = pointed ? say(language, "map_reading", places(pointed)) : say(language, "map_resting");
  return (
    <Part title={say(language, "economies_title")} about={reading} wide>
      <div class="world">
        {atlas && (
          <svg viewBox={`0 0 ${atlas.width} ${atlas.height}`} role="img" aria-label={say(language, "economies_about")}>
            {atlas.countries.map(({ code, outline }) => (
              <path
                key={code + outline.length}
                d={outline}
                data-economy={code}
                class={code === HOME ? "home" : "abroad"}
                style={{ "--shade": shade(initiated[code] ?? 0) }}
                onPointerEnter={() => point(code)}
                onPointerLeave={() => point(null)}
                onClick={() => code && go({ pick: code })}
              />
            ))}
          </svg>
        )}
        <table>
          <Columns language={language} of={["column_economy", "column_initiated", "column_lapsed"]} />
          <tbody>
            {largest(initiated, LISTED).map(([code, requests]) => (
              <tr key={code} onPointerEnter={() => point(code)} onPointerLeave={() => point(null)}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => go({ pick: code })}>
                    {economy(language, code)}
                  </button>
                </th>
                <td data-measure={`negotiations.by_economy.${code}`}>{number(language, requests)}</td>
                <td data-measure={`negotiations.lapsed_by_economy.${code}`}>{number(language, lapsed[code] ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Part>
  );
}

/** Returns how dark a country is drawn: by the power of ten of its requests, as the home economy dwarfs all others. */
function shade(requests: number): number {
  return requests === 0 ? 0 : Math.min(1, LIGHTEST + Math.log10(requests) / SPREAD);
}
