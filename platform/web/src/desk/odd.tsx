// An address that names what is not there: a word on what is shown in its place.

import { msOf } from "../state/address";
import { isPickAbsent } from "../state/answers";
import { epochOf, type Page } from "../state/page";
import { moment } from "../text/clock";
import { say } from "../text/words";

export function OddAddress({ page }: { page: Page }) {
  const words = wordsOf(page);
  if (words.length === 0) return null;
  return (
    <section class="standing" id="odd" role="status">
      {words.map((word) => (
        <p key={word}>{word}</p>
      ))}
    </section>
  );
}

function wordsOf(page: Page): string[] {
  const { language, place, snapshot, headMs, seeking } = page;
  if (snapshot === null) return [];
  const words: string[] = [];
  if (place.misread !== null) words.push(say(language, "odd_moment", { moment: place.misread }));
  const wanted = place.at === null || seeking ? null : msOf(place.at, epochOf(page));
  if (wanted !== null && wanted >= headMs + A_SECOND_MS)
    words.push(say(language, "odd_later", { moment: moment(language, epochOf(page) + headMs) }));
  if (isPickAbsent(page)) words.push(say(language, "odd_pick", { pick: place.pick ?? "" }));
  return words;
}

/** The address is to the second. */
const A_SECOND_MS = 1_000;
