// Measures of the snapshot as numbers, facts and sentences.

import { formatOf } from "../api/measures";
import type { Page } from "../state/page";
import { amount } from "../state/snapshot";
import { full, shown } from "../text/format";
import { nameOfMeasure } from "../text/names";
import { say, type Word } from "../text/words";

/** A measure: its number in the measure's format, and in full under the pointer. */
export function Measure({ page, of }: { page: Page; of: string }) {
  const value = page.snapshot ? amount(page.snapshot, of) : 0;
  return (
    <span data-measure={of} title={full(page.language, value)}>
      {shown(page.language, value, formatOf(of))}
    </span>
  );
}

/** Names and numbers of measures. */
export function Facts({ page, of }: { page: Page; of: readonly string[] }) {
  return (
    <dl class="facts">
      {of.map((path) => (
        <div class="fact" key={path}>
          <dt>{nameOfMeasure(page.language, path)}</dt>
          <dd>
            <Measure page={page} of={path} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A sentence with measures in its {places}. */
export function Note({ page, word, of }: { page: Page; word: Word; of: Record<string, string> }) {
  const marked = say(
    page.language,
    word,
    Object.fromEntries(Object.keys(of).map((name) => [name, `\u0000${name}\u0000`])),
  );
  return <span>{marked.split("\u0000").map((part) => (of[part] ? <Measure page={page} of={of[part]} /> : part))}</span>;
}
