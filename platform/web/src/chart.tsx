// The one place that knows uPlot: amounts over the days of the fair, as lines that are named where they run.

import { useLayoutEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { seek } from "./actions";
import { DAY_MS, HOUR_MS, hourOfDay, midnightBefore, midnights, moment, shortDay, time, weekday } from "./clock";
import { type As, shown } from "./format";
import type { Counts } from "./snapshot";
import type { Page } from "./store";
import { type Language, say } from "./text";

/** Instants in ms since the Unix epoch; null where there is a gap. */
export interface Points {
  times: readonly number[];
  values: readonly (number | null)[];
}

export interface Line extends Points {
  name: string;
  colour: "domestic" | "overseas" | "ink" | "quiet" | "run-b";
  /** `hours` hold for the hour that they begin; `line` joins the points; `limit` is a bound that was set. */
  look: "hours" | "line" | "limit";
}

interface Props {
  page: Page;
  title: string;
  lines: readonly Line[];
  /** What is said while nothing is pointed at. */
  resting?: string;
  as?: As;
}

const FONT = "system-ui, sans-serif";
const FONT_REM = 0.75;
const LABEL_GAP = 6;
/** As wide as a day must be for its date to stand below it, beside the next. */
const DAY_REM = 4.5;
/** Keeps the place of a line that says nothing. */
const BLANK = "\u00a0";
/** Charts of one page share their pointer. */
const SHARED = "fair";
const STEPS = [1, 2, 2.5, 5];
const INCREMENTS = Array.from({ length: 13 }, (_, power) => STEPS.map((step) => step * 10 ** (power - 2))).flat();
const LOWEST_TOP: Partial<Record<As, number>> = { count: 10 };

export function Chart({ page, title, lines, resting = BLANK, as = "count" }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const reading = useRef<HTMLParagraphElement>(null);
  const plot = useRef<Plot | null>(null);
  useLayoutEffect(() => {
    const made = new Plot(frame.current as HTMLElement, reading.current as HTMLElement);
    plot.current = made;
    return () => made.remove();
  }, []);
  useLayoutEffect(() => plot.current?.draw(page, lines, resting, as));
  const latest = lines.map((line) => valueOf(page.language, line, as)).join(", ");
  return (
    <figure class="chart">
      <figcaption class="title">
        <h3>{title}</h3>
        <p class="reading" ref={reading} />
      </figcaption>
      <div class="plot" role="img" aria-label={say(page.language, "chart_about", { title, values: latest })} ref={frame} />
    </figure>
  );
}

function valueOf(language: Language, line: Line, as: As): string {
  const value = line.values.findLast((value) => value !== null);
  return say(language, "value_of", { name: line.name, value: shown(language, value ?? 0, as) });
}

class Plot {
  #plot: uPlot | null = null;
  #built = "";
  #drawn: readonly Line[] = [];
  #drawnAtMs = -1;
  #range: [number, number] = [0, 1];
  #page!: Page;
  #lines: readonly Line[] = [];
  #resting = "";
  #as: As = "count";
  readonly #observer: ResizeObserver;

  constructor(
    private readonly frame: HTMLElement,
    private readonly reading: HTMLElement,
  ) {
    this.#observer = new ResizeObserver(() => {
      const size = this.#size();
      if (this.#plot && (this.#plot.width !== size.width || this.#plot.height !== size.height)) this.#plot.setSize(size);
    });
    this.#observer.observe(frame);
  }

  remove(): void {
    this.#observer.disconnect();
    this.#letGo();
    // out of its view: the browser may keep the latest plot for a while, and with it all that it is a part of
    this.frame.remove();
    this.reading.remove();
  }

  /** Lets the plot go, and its pixels at once: the browser would keep them until it next collects garbage. */
  #letGo(): void {
    const canvas = this.#plot?.ctx.canvas;
    this.#plot?.destroy();
    if (canvas) canvas.width = canvas.height = 0;
    this.#plot = null;
  }

  draw(page: Page, lines: readonly Line[], resting: string, as: As): void {
    if (!page.snapshot) return;
    this.#page = page;
    this.#resting = resting;
    this.#as = as;
    const [from, to] = rangeOf(page);
    const moved = from !== this.#range[0] || to !== this.#range[1];
    this.#range = [from, to];
    const build = [page.language, page.theme, page.place.day, ...lines.map((line) => line.name + line.colour)].join();
    if (build !== this.#built) {
      this.#letGo();
      this.#lines = this.#drawn = lines;
      this.#plot = this.#make();
      this.#built = build;
    } else if (moved || lines.some((line, i) => line.values !== this.#drawn[i]?.values)) {
      this.#lines = this.#drawn = lines;
      this.#plot?.setData(joined(lines));
    } else if (page.atMs !== this.#drawnAtMs) {
      this.#plot?.redraw(false); // only the line of the present moves
    }
    this.#drawnAtMs = page.atMs;
    if (this.#plot?.cursor.idx == null) this.reading.textContent = resting;
  }

  #size(): { width: number; height: number } {
    return { width: this.frame.clientWidth || 300, height: this.frame.clientHeight || 220 };
  }

  #make(): uPlot {
    const style = getComputedStyle(this.frame);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    const { language } = this.#page;
    const day = this.#page.place.day;
    const px = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const axis = { stroke: colour("quiet"), font: `${FONT_REM * px}px ${FONT}`, ticks: { show: false } };
    const rule = { stroke: colour("rule"), width: 1 };
    const options: uPlot.Options = {
      ...this.#size(),
      padding: [px, px / 2, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, sync: { key: SHARED, scales: ["x", null] } },
      scales: {
        x: { time: false, range: () => this.#range },
        y: { range: (_, __, most) => [0, Math.max(LOWEST_TOP[this.#as] ?? 0.001, (most ?? 0) * 1.1)] },
      },
      series: [{}, ...this.#lines.map((line) => seriesOf(line, colour))],
      axes: [
        {
          ...axis,
          size: 1.75 * px,
          gap: 0.5 * px,
          grid: { show: false },
          splits: () => (day ? every(this.#range, 3 * HOUR_MS) : noons(this.#range)),
          values: ({ width }, places) => {
            const written = day ? time : width < DAY_REM * px * places.length ? weekday : shortDay;
            return places.map((at) => written(language, at));
          },
        },
        { ...axis, scale: "x", side: 2, size: 0, values: () => [], splits: () => midnights(...this.#range), grid: rule },
        {
          ...axis,
          size: 3.25 * px,
          gap: 0.5 * px,
          space: 2.5 * px,
          grid: rule,
          incrs: INCREMENTS,
          values: (_, amounts) => amounts.map((amount) => shown(language, amount, this.#as)),
        },
      ],
      hooks: {
        draw: [
          (plot) => {
            this.#drawPresent(plot, colour("ink"));
            label(plot, this.#lines, colour, px);
          },
        ],
        setCursor: [(plot) => this.#read(plot.cursor.idx ?? null)],
      },
    };
    const plot = new uPlot(options, joined(this.#lines), this.frame);
    plot.over.addEventListener("click", () => {
      const { left } = plot.cursor;
      if (left != null && left >= 0) seek(plot.posToVal(left, "x") - epochOf(this.#page));
    });
    return plot;
  }

  /** Draws the instant that is shown. */
  #drawPresent(plot: uPlot, colour: string): void {
    const { snapshot, atMs } = this.#page;
    if (!snapshot || snapshot.run.phase === "ended") return;
    const x = Math.round(plot.valToPos(epochOf(this.#page) + atMs, "x", true));
    const { ctx, bbox } = plot;
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([]); // a bound drawn before leaves its own
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }

  /** Writes the numbers under the pointer. */
  #read(place: number | null): void {
    const plot = this.#plot;
    const at = place === null ? undefined : plot?.data[0][place];
    const values = place === null ? [] : this.#lines.map((_, i) => plot?.data[i + 1]?.[place]);
    if (at === undefined || values.every((value) => value == null)) {
      this.reading.textContent = this.#resting;
      return;
    }
    const { language } = this.#page;
    const hourly = this.#lines[0]?.look === "hours";
    const epochMs = epochOf(this.#page);
    const said = this.#lines.flatMap((line, i) => {
      const value = values[i];
      return value == null ? [] : [say(language, "value_of", { name: line.name, value: shown(language, value, this.#as) })];
    });
    this.reading.textContent = say(language, "chart_reading", {
      moment: hourly ? hourOfDay(language, Math.floor((at - epochMs) / HOUR_MS) * HOUR_MS + epochMs) : moment(language, at),
      values: said.join(" · "),
    });
  }
}

/** Returns counts by hour as a line from the run's beginning to the instant shown; the hour under way reaches to it. */
export function hours(page: Page, byHour: Counts): Points {
  const epochMs = epochOf(page);
  const under = Math.max(0, Math.ceil(page.atMs / HOUR_MS) - 1);
  const times: number[] = [];
  const values: number[] = [];
  for (let hour = 0; hour <= under; hour++) {
    times.push(epochMs + hour * HOUR_MS);
    values.push(byHour[String(hour)] ?? 0);
  }
  times.push(epochMs + Math.max(page.atMs, under * HOUR_MS + 1));
  values.push(byHour[String(under)] ?? 0);
  return { times, values };
}

/** Returns the moments that charts reach from and to: the whole run, or the day of the instant shown. */
export function rangeOf(page: Page): [from: number, to: number] {
  const epochMs = epochOf(page);
  const lastMs = epochMs + (page.snapshot?.run.duration_ms ?? 1);
  if (!page.place.day) return [epochMs, lastMs];
  const from = midnightBefore(Math.min(epochMs + page.atMs, lastMs - 1));
  return [from, from + DAY_MS];
}

export function epochOf(page: Page): number {
  return Date.parse(page.snapshot?.run.epoch ?? "1970-01-01T00:00:00Z");
}

function seriesOf(line: Line, colour: (name: string) => string): uPlot.Series {
  const stepped = line.look === "hours" ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    stroke: colour(line.colour),
    width: line.look === "limit" ? 1.25 : 1.75,
    points: { show: false },
    spanGaps: true,
    ...(line.look === "limit" ? { dash: [2, 3] } : { fill: colour(`${line.colour}-fill`) }),
    ...(stepped ? { paths: stepped } : {}),
  };
}

/** Returns lines on one axis of time. */
function joined(lines: readonly Line[]): uPlot.AlignedData {
  const first = lines[0];
  const same = lines.every((line) => line.times === first?.times || line.times.length === first?.times.length);
  if (first && same && lines.every((line) => line.times.at(-1) === first.times.at(-1))) {
    return [first.times as number[], ...lines.map((line) => line.values as (number | null)[])];
  }
  return uPlot.join(lines.map((line) => [line.times as number[], line.values as (number | null)[]]));
}

function noons(range: [number, number]): number[] {
  return midnights(...range)
    .map((midnight) => midnight + 12 * HOUR_MS)
    .filter((noon) => noon < range[1]);
}

function every([from, to]: [number, number], stepMs: number): number[] {
  return Array.from({ length: Math.floor((to - from) / stepMs) }, (_, i) => from + i * stepMs);
}

/** Writes each line's name at its highest point in sight, out of the way of the others, in letters of `px`. */
function label(plot: uPlot, lines: readonly Line[], colour: (name: string) => string, px: number): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const taken: { x: number; y: number }[] = [];
  const { min = 0, max = 0 } = plot.scales["x"] ?? {};
  ctx.save();
  ctx.font = `600 ${FONT_REM * px * ratio}px ${FONT}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.lineJoin = "round";
  ctx.lineWidth = 4 * ratio;
  ctx.strokeStyle = colour("paper");
  lines.forEach((line, i) => {
    const values = plot.data[i + 1] ?? [];
    const peak = lines.length < 2 ? -1 : highest(plot.data[0], values, min ?? 0, max ?? 0);
    if (peak < 0) return;
    const width = ctx.measureText(line.name).width;
    const middle = line.look === "hours" ? HOUR_MS / 2 : 0;
    let x = plot.valToPos((plot.data[0][peak] as number) + middle, "x", true) - width / 2;
    x = Math.min(Math.max(x, bbox.left + LABEL_GAP), bbox.left + bbox.width - width - LABEL_GAP);
    let y = plot.valToPos(values[peak] as number, "y", true) - LABEL_GAP * ratio;
    for (const other of taken) {
      if (Math.abs(other.x - x) < 90 * ratio && Math.abs(other.y - y) < 16 * ratio) y = other.y + 18 * ratio;
    }
    taken.push({ x, y });
    ctx.fillStyle = colour(line.colour === "ink" || line.colour === "quiet" ? line.colour : `${line.colour}-text`);
    ctx.strokeText(line.name, x, y);
    ctx.fillText(line.name, x, y);
  });
  ctx.restore();
}

/** Returns the place of the largest value between two instants; -1 where none is above zero. */
function highest(times: ArrayLike<number>, values: ArrayLike<number | null | undefined>, from: number, to: number): number {
  let place = -1;
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const at = times[i] ?? 0;
    const value = values[i] ?? 0;
    if (at < from || at > to || value <= most) continue;
    place = i;
    most = value;
  }
  return place;
}
