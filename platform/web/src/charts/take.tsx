// What a reader can take along: the numbers as CSV, the picture as PNG, and the lines that bring them.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { save } from "../browser/save";
import { say, type Word } from "../text/words";
import { csvOf, type Rows } from "./rows";
import type { Source } from "./source";

interface Props {
  title: string;
  source: Source;
  rows: () => Rows;
  picture: () => HTMLCanvasElement;
  /** Further buttons, before these. */
  children?: ComponentChildren;
}

export function Take({ title, source: { language, name, lines }, rows, picture, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const file = `${name}-${title.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}]+/gu, "-")}`;
  const csv = (): void => save(`${file}.csv`, new Blob([csvOf(rows())], { type: "text/csv" }));
  const png = (): void => picture().toBlob((blob) => blob && save(`${file}.png`, blob));
  const button = (word: Word, press: () => void, isExpanded?: boolean) => (
    <button type="button" data-take={word} aria-expanded={isExpanded} onClick={press}>
      {say(language, word)}
      <span class="unseen"> {title}</span>
    </button>
  );
  return (
    <div class="take">
      {children}
      {button("take_csv", csv)}
      {button("take_png", png)}
      {button("take_source", () => setOpen(!isOpen), isOpen)}
      {isOpen && (
        <pre tabIndex={0} role="region" aria-label={say(language, "source_of", { title })}>
          {lines.map((line) => (
            <code key={line}>{line}</code>
          ))}
        </pre>
      )}
    </div>
  );
}
