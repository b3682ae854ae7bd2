// A part of a view with its title, the head of a table, and sentences of the backend.

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { type Look, pictureOf, type Rows, rowsIn } from "../charts/rows";
import type { Source } from "../charts/source";
import { Take } from "../charts/take";
import { foreign, namesOf } from "../text/fair";
import { term } from "../text/names";
import { type Language, say, type Word } from "../text/words";

interface PartProps {
  title: string;
  about?: string;
  /** Whether it is as wide as the view. */
  wide?: boolean;
  /** Where its numbers come from; none where it shows none. */
  source?: Source;
  /** What is taken as CSV, under its headings, where the part shows more in a cell than one number. */
  rows?: () => Rows;
  children: ComponentChildren;
}

export function Part({ title, about, wide, source, rows, children }: PartProps) {
  const shown = useRef<HTMLElement>(null);
  const part = () => shown.current as HTMLElement;
  const read = (look: Look): Rows => rowsIn(part(), look, source?.language ?? "");
  const picture = () => pictureOf(title, read("shown"), getComputedStyle(part()));
  return (
    <section class={wide ? "part wide" : "part"} ref={shown}>
      <div class="title">
        <h3>{title}</h3>
        {about && <p>{about}</p>}
      </div>
      {children}
      {source && <Take title={title} source={source} rows={rows ?? (() => read("raw"))} picture={picture} />}
    </section>
  );
}

export function Columns({ language, of, more }: { language: Language; of: readonly Word[]; more?: ComponentChildren }) {
  return (
    <thead>
      <tr>
        {of.map((word) => (
          <th key={word} scope="col">
            {say(language, word)}
          </th>
        ))}
        {more}
      </tr>
    </thead>
  );
}

/** A sentence of the backend: translated where the page can, else marked as English. */
/** The name of a key: of the fair's kinds, zones and occasions as the fair names it, marked where that is in English. */
export function Term({ language, name }: { language: Language; name: string }) {
  return (
    <span dir="auto" lang={foreign(namesOf(name), language)}>
      {term(language, name)}
    </span>
  );
}

export function Sentence({
  language,
  own,
  children,
}: {
  language: Language;
  own: string | undefined;
  children: string;
}) {
  return <span lang={own === undefined && language !== "en" ? "en" : undefined}>{own ?? children}</span>;
}

/** Why the backend refused, in its own words, marked as English; "" where it did not answer. */
export function Fault({ language, why }: { language: Language; why: string | null }) {
  if (why === null) return null;
  return (
    <p class="fault" role="alert">
      {why === "" ? say(language, "no_answer") : <span lang="en">{why}</span>}
    </p>
  );
}
