// Who asks whom, sector by sector: a table whose cells are the darker, the more was asked for.

import { shown } from "./format";
import { table } from "./snapshot";
import type { Page } from "./store";
import { say, term } from "./text";
import { terms } from "./text/names";

const ORDER = Object.keys(terms);
/** How dark the largest cell is: text on it can still be read. */
const DARKEST = 0.45;

export function Matrix({ page }: { page: Page }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const asked = table(snapshot, "negotiations.by_sectors");
  const rows = inOrder(Object.keys(asked));
  const columns = inOrder([...new Set(rows.flatMap((row) => Object.keys(asked[row] ?? {})))]);
  const most = Math.max(1, ...rows.flatMap((row) => Object.values(asked[row] ?? {})));
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label={say(language, "matrix_title")}>
      <table class="matrix">
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column} scope="col">
                {term(language, column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">{term(language, row)}</th>
              {columns.map((column) => {
                const requests = asked[row]?.[column] ?? 0;
                return (
                  <td
                    key={column}
                    data-measure={`negotiations.by_sectors.${row}.${column}`}
                    style={{ "--shade": (DARKEST * Math.sqrt(requests / most)).toFixed(2) }}
                  >
                    {shown(language, requests, "count")}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Returns sectors in the order of the documents, so that none moves while the fair goes on. */
function inOrder(sectors: string[]): string[] {
  return sectors.sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
}
