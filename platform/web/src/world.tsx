// Who asks, and whom: economies on maps of the world, and in tables for whoever would rather read.

import { useEffect, useState } from "preact/hooks";
import { go } from "./actions";
import type { Atlas } from "./atlas";
import { number } from "./format";
import { Kept } from "./kept";
import { Columns, Part } from "./parts";
import { type Snapshot, counts, largest, table } from "./snapshot";
import type { Page } from "./store";
import { type Language, economy, say } from "./text";

const HOME = "CN";
const LISTED = 12;
/** How dark the fewest requests are, and how many times more make the darkest. */
const [LIGHTEST, SPREAD] = [0.14, 4];
/** How wide the thinnest line between two economies is, and by how much wider the widest. */
const [THINNEST, WIDER] = [0.4, 5];

let fetched: Promise<Atlas> | null = null;

async function fetchAtlas(): Promise<Atlas> {
  const { openAtlas } = await import("./atlas");
  return openAtlas();
}

function useAtlas(): Atlas | null {
  const [atlas, setAtlas] = useState<Atlas | null>(null);
  useEffect(() => {
    void (fetched ??= fetchAtlas()).then(setAtlas);
  }, []);
  return atlas;
}

/** The requests of each economy. */
export function World({ page }: { page: Page }) {
  const { language, snapshot } = page;
  const atlas = useAtlas();
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
    <Part title={say(language, "economies_title")} about={reading} wide>
      <div class="world">
        {atlas && (
          <svg
            viewBox={`0 0 ${atlas.width} ${atlas.height}`}
            role="img"
            aria-label={say(language, "economies_about")}
            onPointerOver={({ target }) => point(dataOf(target, "economy"))}
            onPointerLeave={() => point(null)}
            onClick={({ target }) => pick(dataOf(target, "economy"))}
          >
            <Kept of={[shades.join()]}>
              {() =>
                atlas.countries.map(({ code, outline }, i) => (
                  <path
                    key={code + outline.length}
                    d={outline}
                    data-economy={code}
                    class={code === HOME ? "home" : "abroad"}
                    style={{ "--shade": shades[i] }}
                  />
                ))
              }
            </Kept>
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

/** The pairs of economies between which most is asked for, as great circles from the one that asks. */
export function Pairs({ page }: { page: Page }) {
  const { language, snapshot } = page;
  const atlas = useAtlas();
  const [pointed, point] = useState<string | null>(null);
  if (!snapshot) return null;
  const pairs = pairsOf(snapshot);
  const most = Math.max(1, ...pairs.filter(({ from, to }) => from !== to).map(({ requests }) => requests));
  const arcs = pairs.map(({ key, from, to, requests }) => ({ key, from, to, width: widthOf(requests / most) }));
  const told = pairs.find(({ key }) => key === pointed);
  const reading = told ? say(language, "pair_reading", inWords(language, told)) : say(language, "pairs_resting");
  return (
    <Part title={say(language, "pairs_title")} about={reading} wide>
      <div class="world">
        {atlas && (
          <svg
            viewBox={`0 0 ${atlas.width} ${atlas.height}`}
            role="img"
            aria-label={say(language, "pairs_about")}
            onPointerOver={({ target }) => point(dataOf(target, "pairOf"))}
            onPointerLeave={() => point(null)}
          >
            <path class="land" d={atlas.land} />
            <Kept of={[pointed, arcs.map(({ key, width }) => key + width).join()]}>
              {() =>
                arcs.map(({ key, from, to, width }) => (
                  <path
                    key={key}
                    d={atlas.arc(from, to)}
                    data-pair-of={key}
                    data-pointed={key === pointed ? "" : undefined}
                    class={from === HOME ? "arc home" : "arc abroad"}
                    style={{ "--width": width }}
                  />
                ))
              }
            </Kept>
          </svg>
        )}
        <div class="scrolls listed" tabIndex={0} role="region" aria-label={say(language, "pairs_title")}>
          <table>
            <Columns language={language} of={["column_asks", "column_asked", "column_initiated"]} />
            <tbody
              onPointerOver={({ target }) => point(dataOf(target, "row"))}
              onPointerLeave={() => point(null)}
              onFocusIn={({ target }) => point(dataOf(target, "row"))}
              onFocusOut={() => point(null)}
              onClick={({ target }) => target instanceof HTMLButtonElement && pick(target.value)}
            >
              {pairs.map(({ key, from, to, requests }) => (
                <tr key={key} data-row={key}>
                  <th scope="row">
                    <button type="button" class="link" value={from}>
                      {economy(language, from)}
                    </button>
                  </th>
                  <td>{economy(language, to)}</td>
                  <td data-measure={`negotiations.by_pair.${from}.${to}`}>{number(language, requests)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Part>
  );
}

/** Returns what the closest element says of itself: a map listens once, not at each of its outlines. */
function dataOf(target: EventTarget | null, name: string): string | null {
  const found = target instanceof Element ? target.closest<HTMLElement | SVGElement>("tr, path") : null;
  return found?.dataset[name] ?? null;
}

/** Narrows the view to an economy. */
function pick(code: string | null): void {
  if (code) go({ pick: code });
}

interface Pair {
  key: string;
  from: string;
  to: string;
  requests: number;
}

/** Returns the pairs that the measures name, the most frequent first. */
function pairsOf(snapshot: Snapshot): Pair[] {
  const asked = Object.entries(table(snapshot, "negotiations.by_pair"));
  const pairs = asked.flatMap(([from, of]) =>
    Object.entries(of).map(([to, requests]): Pair => ({ key: `${from}-${to}`, from, to, requests })),
  );
  return pairs.sort((a, b) => b.requests - a.requests);
}

function inWords(language: Language, { from, to, requests }: Pair): Record<string, string> {
  return { from: economy(language, from), to: economy(language, to), initiated: number(language, requests) };
}

/** Returns how wide a line is drawn; its area grows with the requests. */
function widthOf(share: number): string {
  return (THINNEST + WIDER * Math.sqrt(Math.min(1, share))).toFixed(1);
}

/** Returns how dark a country is drawn: by the power of ten of its requests, as the home economy dwarfs all others. */
function shade(requests: number): string {
  return requests === 0 ? "0" : Math.min(1, LIGHTEST + Math.log10(requests) / SPREAD).toFixed(2);
}
