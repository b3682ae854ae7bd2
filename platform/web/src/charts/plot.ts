// The one place that knows uPlot.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { seek } from "../state/actions";
import { epochOf, type Page } from "../state/page";
import { HOUR_MS, hourOfDay, midnights, moment, shortDay, time, weekday } from "../text/clock";
import { type Format, shown } from "../text/format";
import { say } from "../text/words";
import { type ColourOf, writeLabels } from "./labels";
import type { Line } from "./lines";
import { every, noons, type Range, rangeOf } from "./range";

const FONT = "system-ui, sans-serif";
const FONT_REM = 0.75;
/** A day must be as wide as this for its date to stand below it, beside the next one. */
const DAY_REM = 4.5;
/** The y-axis is at least as wide as this, so that charts one below the other begin at one place. */
const AXIS_REM = 3.25;
/** Charts of one page share their pointer. */
const SHARED = "fair";
const STEPS = [1, 2, 2.5, 5];
const INCREMENTS = Array.from({ length: 13 }, (_, power) => STEPS.map((step) => step * 10 ** (power - 2))).flat();
/** Half a person is no step of an axis. */
const WHOLE_INCREMENTS = INCREMENTS.filter(Number.isInteger);
const LOWEST_TOP: Partial<Record<Format, number>> = { count: 10 };

export class Plot {
  #plot: uPlot | null = null;
  #built = "";
  #drawn: readonly Line[] = [];
  #drawnAtMs = -1;
  #range: Range = [0, 1];
  #page!: Page;
  #lines: readonly Line[] = [];
  #resting = "";
  #format: Format = "count";
  readonly #observer: ResizeObserver;

  constructor(
    private readonly frame: HTMLElement,
    private readonly reading: HTMLElement,
  ) {
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(frame);
  }

  remove(): void {
    this.#observer.disconnect();
    this.#release();
    // the browser may keep the latest plot for a while: out of its view, it keeps nothing else with it
    this.frame.remove();
    this.reading.remove();
  }

  draw(page: Page, lines: readonly Line[], resting: string, format: Format): void {
    if (!page.snapshot) return;
    this.#page = page;
    this.#resting = resting;
    this.#format = format;
    const [from, to] = rangeOf(page);
    const moved = from !== this.#range[0] || to !== this.#range[1];
    this.#range = [from, to];
    const build = [page.language, page.theme, page.place.day, ...lines.map((line) => line.name + line.colour)].join();
    if (build !== this.#built) {
      this.#release();
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

  /** Releases the plot and its pixels at once: the browser would keep them until it next collects garbage. */
  #release(): void {
    const canvas = this.#plot?.ctx.canvas;
    this.#plot?.destroy();
    if (canvas) canvas.width = canvas.height = 0;
    this.#plot = null;
  }

  #resize(): void {
    const { width, height } = this.#size();
    if (this.#plot && (this.#plot.width !== width || this.#plot.height !== height))
      this.#plot.setSize({ width, height });
  }

  #size(): { width: number; height: number } {
    return { width: this.frame.clientWidth || 300, height: this.frame.clientHeight || 220 };
  }

  #make(): uPlot {
    const style = getComputedStyle(this.frame);
    const colourOf: ColourOf = (name) => style.getPropertyValue(`--${name}`).trim();
    const px = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const labelFont = `600 ${FONT_REM * px * devicePixelRatio}px ${FONT}`;
    const plot = new uPlot(
      {
        ...this.#size(),
        padding: [px, px / 2, 0, 0],
        legend: { show: false },
        cursor: {
          y: false,
          drag: { x: false, y: false },
          points: { size: 7 },
          sync: { key: SHARED, scales: ["x", null] },
        },
        scales: {
          x: { time: false, range: () => [...this.#range] },
          y: { range: (_, __, most) => [0, Math.max(LOWEST_TOP[this.#format] ?? 0.001, (most ?? 0) * 1.1)] },
        },
        series: [{}, ...this.#lines.map((line) => seriesOf(line, colourOf))],
        axes: this.#axes(colourOf, px),
        hooks: {
          draw: [
            (drawn) => {
              this.#drawPresent(drawn, colourOf("ink"));
              writeLabels(drawn, this.#lines, colourOf, labelFont);
            },
          ],
          setCursor: [({ cursor }) => this.#read(cursor.idx ?? null)],
        },
      },
      joined(this.#lines),
      this.frame,
    );
    plot.over.addEventListener("dblclick", () => {
      const { left } = plot.cursor;
      if (left != null && left >= 0) seek(plot.posToVal(left, "x") - epochOf(this.#page));
    });
    return plot;
  }

  /** Returns the axes: days or hours below, midnights as rules, amounts at the left. */
  #axes(colourOf: ColourOf, px: number): uPlot.Axis[] {
    const { language, place } = this.#page;
    const axis = {
      stroke: colourOf("quiet"),
      font: `${FONT_REM * px}px ${FONT}`,
      gap: 0.5 * px,
      ticks: { show: false, size: 0 },
    };
    const rule = { stroke: colourOf("rule"), width: 1 };
    return [
      {
        ...axis,
        size: 1.75 * px,
        grid: { show: false },
        splits: () => (place.day ? every(this.#range, 3 * HOUR_MS) : noons(this.#range)),
        values: ({ width }, places) => {
          const written = place.day ? time : width < DAY_REM * px * places.length ? weekday : shortDay;
          return places.map((at) => written(language, at));
        },
      },
      { ...axis, scale: "x", side: 2, size: 0, values: () => [], splits: () => midnights(...this.#range), grid: rule },
      {
        ...axis,
        size: (plot, values) => Math.max(AXIS_REM * px, widest(plot, values) + 0.75 * px),
        space: (_, __, ___, ____, height) => Math.min(2.5 * px, height / 2), // two amounts at least, on a low chart too
        grid: rule,
        incrs: this.#format === "count" ? WHOLE_INCREMENTS : INCREMENTS,
        values: (_, amounts) => amounts.map((amount) => shown(language, amount, this.#format)),
      },
    ];
  }

  /** Draws the time that is shown. */
  #drawPresent(plot: uPlot, colour: string): void {
    const { snapshot, atMs } = this.#page;
    if (!snapshot || snapshot.run.phase === "ended") return;
    const x = Math.round(plot.valToPos(epochOf(this.#page) + atMs, "x", true));
    const { ctx, bbox } = plot;
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([]); // a bound drawn before left its own
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
    const parts = this.#lines.flatMap((line, i) => {
      const value = values[i];
      return value == null
        ? []
        : [say(language, "value_of", { name: line.name, value: shown(language, value, this.#format) })];
    });
    this.reading.textContent = say(language, "chart_reading", {
      moment: this.#momentOf(at),
      values: parts.join(" · "),
    });
  }

  /** Returns a moment in words; of counts by hour, the whole hour. */
  #momentOf(at: number): string {
    const { language } = this.#page;
    if (this.#lines[0]?.look !== "hours") return moment(language, at);
    const epochMs = epochOf(this.#page);
    return hourOfDay(language, Math.floor((at - epochMs) / HOUR_MS) * HOUR_MS + epochMs);
  }
}

function seriesOf(line: Line, colourOf: ColourOf): uPlot.Series {
  const stepped = line.look === "hours" ? uPlot.paths.stepped?.({ align: 1 }) : undefined;
  return {
    stroke: colourOf(line.colour),
    width: line.look === "limit" ? 1.25 : 1.75,
    points: { show: false },
    spanGaps: true,
    ...(line.look === "limit" ? { dash: [2, 3] } : { fill: colourOf(`${line.colour}-fill`) }),
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

/** Returns the width of the widest label of the y-axis, in CSS pixels. */
function widest({ ctx, axes }: uPlot, values: readonly string[] | null): number {
  const [font] = (axes.at(-1)?.font as unknown as [string] | undefined) ?? [];
  if (font === undefined || values === null) return 0;
  ctx.save();
  ctx.font = font;
  const width = Math.max(0, ...values.map((value) => ctx.measureText(value).width));
  ctx.restore();
  return width / devicePixelRatio;
}
