// Which sector requests negotiations with which: the stronger a cell's colour, the more requests.

import type { Page } from "../../state/page";
import { table } from "../../state/snapshot";
import { fair } from "../../text/fair";
import { shown } from "../../text/format";
import { say } from "../../text/words";
import { Term } from "../../ui/part";

/** How strong the colour of the largest cell is: text on it can still be read. */
const STRONGEST = 0.45;

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
                <Term language={language} name={column} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">
                <Term language={language} name={row} />
              </th>
              {columns.map((column) => {
                const requests = asked[row]?.[column] ?? 0;
                return (
                  <td
                    key={column}
                    data-measure={`negotiations.by_sectors.${row}.${column}`}
                    data-raw={requests}
                    style={{ "--shade": (STRONGEST * Math.sqrt(requests / most)).toFixed(2) }}
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

/** Returns sectors in the order of the fair, so that none moves while the fair goes on; unknown ones come last. */
function inOrder(sectors: string[]): string[] {
  const order = fair().sectors.map(({ key }) => key);
  const placeOf = (sector: string): number => (order.includes(sector) ? order.indexOf(sector) : order.length);
  return sectors.sort((a, b) => placeOf(a) - placeOf(b));
}
