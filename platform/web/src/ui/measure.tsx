// Measures of the snapshot as numbers, facts and sentences.

import { formatOf } from "../api/measures";
import type { Page } from "../state/page";
import { amount, isOfNothing, type Snapshot } from "../state/snapshot";
import { full, shown } from "../text/format";
import { nameOfMeasure } from "../text/names";
import { type Language, say, type Word } from "../text/words";

/** A measure: its number in the measure's format, and in full under the pointer; a dash where it is of nothing. */
export function Measure({ page, of }: { page: Page; of: string }) {
  const { language, snapshot } = page;
  if (snapshot === null || isOfNothing(snapshot, of))
    return (
      <span data-measure={of} data-raw="">
        {say(language, "none_yet")}
      </span>
    );
  return (
    <span data-measure={of} data-raw={amount(snapshot, of)} title={full(language, amount(snapshot, of))}>
      {writtenOf(language, snapshot, of)}
    </span>
  );
}

/** Returns a measure in its format; a dash where it is a mean, a quantile or a share of nothing. */
export function writtenOf(language: Language, snapshot: Snapshot, path: string): string {
  if (isOfNothing(snapshot, path)) return say(language, "none_yet");
  return shown(language, amount(snapshot, path), formatOf(path));
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
