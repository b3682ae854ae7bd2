// The pairs of economies between which most negotiations are requested, as great circles and in a table.

import { useState } from "preact/hooks";
import { measureSource } from "../charts/source";
import type { Page } from "../state/page";
import { type Snapshot, table } from "../state/snapshot";
import { home } from "../text/fair";
import { number } from "../text/format";
import { economy } from "../text/names";
import { type Language, say } from "../text/words";
import { Columns, Part } from "../ui/part";
import { Memo } from "../ui/slow";
import { dataOf, pick, useAtlas } from "./use_atlas";

/** How wide the thinnest line between two economies is, and by how much wider the widest. */
const [THINNEST, WIDER] = [0.4, 5];

interface Pair {
  key: string;
  from: string;
  to: string;
  requests: number;
}

export function Pairs({ page }: { page: Page }) {
  const { language, snapshot } = page;
  const [atlas, isMissing] = useAtlas();
  const [pointed, point] = useState<string | null>(null);
  if (!snapshot) return null;
  const pairs = pairsOf(snapshot);
  const most = Math.max(1, ...pairs.filter(({ from, to }) => from !== to).map(({ requests }) => requests));
  const arcs = pairs.map(({ key, from, to, requests }) => ({ key, from, to, width: widthOf(requests / most) }));
  const pointedAt = pairs.find(({ key }) => key === pointed);
  const reading = pointedAt
    ? say(language, "pair_reading", placesOf(language, pointedAt))
    : say(language, "pairs_resting", { home: economy(language, home()) });
  return (
    <Part
      title={say(language, "pairs_title")}
      about={reading}
      wide
      source={measureSource(page, ["negotiations.by_pair"])}
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
            aria-label={say(language, "pairs_about")}
            onPointerOver={({ target }) => point(dataOf(target, "pairOf"))}
            onPointerLeave={() => point(null)}
          >
            <path class="land" d={atlas.land} />
            <Memo of={[pointed, arcs.map(({ key, width }) => key + width).join()]}>
              {() =>
                arcs.map(({ key, from, to, width }) => (
                  <path
                    key={key}
                    d={atlas.arc(from, to)}
                    data-pair-of={key}
                    data-pointed={key === pointed ? "" : undefined}
                    class={from === home() ? "arc home" : "arc"}
                    style={{ "--width": width }}
                  />
                ))
              }
            </Memo>
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
                  <td data-measure={`negotiations.by_pair.${from}.${to}`} data-raw={requests}>
                    {number(language, requests)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Part>
  );
}

/** Returns the pairs that the snapshot has, the most frequent first. */
function pairsOf(snapshot: Snapshot): Pair[] {
  const asked = Object.entries(table(snapshot, "negotiations.by_pair"));
  const pairs = asked.flatMap(([from, of]) =>
    Object.entries(of).map(([to, requests]): Pair => ({ key: `${from}-${to}`, from, to, requests })),
  );
  return pairs.sort((a, b) => b.requests - a.requests);
}

function placesOf(language: Language, { from, to, requests }: Pair): Record<string, string> {
  return { from: economy(language, from), to: economy(language, to), initiated: number(language, requests) };
}

/** Returns how wide a line is drawn; its area grows with the requests. */
function widthOf(share: number): string {
  return (THINNEST + WIDER * Math.sqrt(Math.min(1, share))).toFixed(1);
}
