// Breakdowns of a measure as bars.

import type { ComponentChildren } from "preact";
import type { Page } from "../state/page";
import { counts, largest } from "../state/snapshot";
import { shown } from "../text/format";
import { Term } from "./part";
import { drawnShare } from "./reported";

interface Props {
  page: Page;
  /** The path of the breakdown in the snapshot. */
  of: string;
  entries: readonly [string, number][];
  named: (name: string) => ComponentChildren;
}

const LISTED = 12;

/** A breakdown of the snapshot, the largest part first. */
export function Bars({ page, of }: { page: Page; of: string }) {
  const { language, snapshot } = page;
  if (!snapshot) return null;
  const entries = largest(counts(snapshot, of), LISTED);
  return <BarList page={page} of={of} entries={entries} named={(name) => <Term language={language} name={name} />} />;
}

/** A breakdown in the order given. */
export function BarList({ page, of, entries, named }: Props) {
  const most = Math.max(1, ...entries.map(([, value]) => value));
  return (
    <ol class="bars">
      {entries.map(([name, value]) => (
        <li key={name}>
          <span class="name">{named(name)}</span>
          <span class="bar" aria-hidden="true" style={{ "--value": drawnShare(value / most) }} />
          <span class="amount" data-measure={`${of}.${name}`} data-raw={value}>
            {shown(page.language, value, "count")}
          </span>
        </li>
      ))}
    </ol>
  );
}
