// A chart with its title: amounts over the days of the fair.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Page } from "../state/page";
import { type Format, shown } from "../text/format";
import { type Language, say } from "../text/words";
import type { Line } from "./lines";
import { Plot } from "./plot";
import { type Rows, titled } from "./rows";
import type { Source } from "./source";
import { Take } from "./take";
import { Values } from "./values";

interface Props {
  page: Page;
  title: string;
  lines: readonly Line[];
  /** Where its numbers come from. */
  source: Source;
  /** Stands beside the title while nothing is pointed at. */
  resting?: string;
  format?: Format;
}

/** Keeps the place of a text that is empty. */
const BLANK = "\u00a0";

export function Chart({ page, title, lines, source, resting = BLANK, format = "count" }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const reading = useRef<HTMLParagraphElement>(null);
  const plot = useRef<Plot | null>(null);
  const [isTable, setTable] = useState(false);
  useLayoutEffect(() => {
    const made = new Plot(frame.current as HTMLElement, reading.current as HTMLElement);
    plot.current = made;
    return () => made.remove();
  }, []);
  useLayoutEffect(() => plot.current?.draw(page, lines, resting, format));
  const values = lines.map((line) => latestOf(page.language, line, format)).join(say(page.language, "between_values"));
  const picture = (): HTMLCanvasElement => {
    const drawn = frame.current as HTMLElement;
    return titled(title, drawn.querySelector("canvas") as HTMLCanvasElement, getComputedStyle(drawn));
  };
  return (
    <figure class="chart">
      <figcaption class="title">
        <h3>{title}</h3>
        <p class="reading" ref={reading} />
      </figcaption>
      <div class="plot" role="img" aria-label={say(page.language, "chart_about", { title, values })} ref={frame} />
      <Take title={title} source={source} rows={() => rowsOf(lines)} picture={picture}>
        <button type="button" class="table-of" aria-expanded={isTable} onClick={() => setTable(!isTable)}>
          {say(page.language, isTable ? "table_close" : "table_open")}
          <span class="unseen"> {title}</span>
        </button>
      </Take>
      {isTable && <Values page={page} title={title} lines={lines} format={format} />}
    </figure>
  );
}

function latestOf(language: Language, line: Line, format: Format): string {
  const value = line.values.findLast((each) => each !== null);
  return say(language, "value_of", { name: line.name, value: shown(language, value ?? 0, format) });
}

/** Returns the values of lines, each moment in UTC. */
export function rowsOf(lines: readonly Line[]): Rows {
  const own = lines.flatMap(({ times, look }) => (look === "hours" ? times.slice(0, -1) : times));
  const times = [...new Set(own)].sort((a, b) => a - b);
  const valuesOf = lines.map((line) => new Map(line.times.map((ms, i) => [ms, line.values[i] ?? null])));
  const head = ["time", ...lines.map((line) => line.name)];
  return [
    head,
    ...times.map((ms) => [new Date(ms).toISOString(), ...valuesOf.map((values) => values.get(ms) ?? null)]),
  ];
}
