// The one place that knows uPlot: amounts per hour as stepped lines over the days of the fair.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { HOUR_MS, hourOfDay, midnights, shortDay } from "./clock";
import { number } from "./format";
import type { Page } from "./store";
import { type Language, type Word, say } from "./text";

type Series = (number | null)[];

const ORIGINS = ["domestic", "overseas"] as const satisfies readonly Word[];
const FONT = "12px system-ui, sans-serif";
const LABEL_GAP = 6;

export class HourChart {
  #plot: uPlot | null = null;
  #language: Language = "en";
  #epochMs = 0;
  #nowMs = 0;
  #ended = false;
  #drawn: unknown = null;

  constructor(
    private readonly frame: HTMLElement,
    private readonly reading: HTMLElement,
  ) {
    new ResizeObserver(() => {
      const size = this.#size();
      if (this.#plot && this.#plot.width !== size.width) this.#plot.setSize(size);
    }).observe(frame);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#forget());
  }

  draw(page: Page): void {
    const { snapshot } = page;
    if (!snapshot) return;
    const { run } = snapshot;
    const perHour = snapshot.negotiations.per_hour;
    const epochMs = Date.parse(run.epoch);
    if (page.language !== this.#language || epochMs !== this.#epochMs) this.#forget();
    this.#language = page.language;
    this.#epochMs = epochMs;
    this.#nowMs = epochMs + page.atMs;
    this.#ended = run.phase === "ended";
    if (this.#plot && this.#drawn === perHour && !this.#ended) {
      this.#plot.redraw(false); // the hours are as before; only the line of the present moves
      return;
    }
    this.#drawn = perHour;
    const data = hours(epochMs, page.atMs, run.duration_ms, [perHour.domestic, perHour.overseas]);
    if (this.#plot) this.#plot.setData(data);
    else this.#build(data);
  }

  #forget(): void {
    this.#plot?.destroy();
    this.#plot = null;
    this.#drawn = null;
  }

  #size(): { width: number; height: number } {
    const width = this.frame.clientWidth || 300;
    return { width, height: width < 560 ? 220 : 280 };
  }

  #build(data: uPlot.AlignedData): void {
    const style = getComputedStyle(this.frame);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    const language = this.#language;
    const axis = { stroke: colour("quiet"), font: FONT, ticks: { show: false } };
    this.frame.setAttribute("aria-label", say(language, "chart_about"));
    this.frame.lang = language;
    this.#read(null);
    const stepped = uPlot.paths.stepped?.({ align: 1 });
    const options: uPlot.Options = {
      ...this.#size(),
      padding: [16, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(10, most * 1.1)] } },
      series: [
        {},
        ...ORIGINS.map((origin) => ({
          stroke: colour(origin),
          fill: colour(`${origin}-fill`),
          width: 1.75,
          points: { show: false },
          ...(stepped ? { paths: stepped } : {}),
        })),
      ],
      axes: [
        {
          ...axis,
          size: 28,
          gap: 8,
          grid: { show: false },
          splits: noons,
          values: (_, noons) => noons.map((noon) => shortDay(language, noon)),
        },
        {
          ...axis,
          scale: "x",
          side: 2,
          size: 0,
          values: () => [],
          splits: days,
          grid: { stroke: colour("rule"), width: 1 },
        },
        {
          ...axis,
          size: 48,
          gap: 8,
          space: 48,
          grid: { stroke: colour("rule"), width: 1 },
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
          values: (_, amounts) => amounts.map((amount) => number(language, amount)),
        },
      ],
      hooks: {
        draw: [
          (plot) => {
            this.#drawPresent(plot, colour("ink"));
            const names = ORIGINS.map((origin) => [say(language, origin), colour(`${origin}-text`)] as const);
            labels(plot, names, colour("paper"));
          },
        ],
        setCursor: [(plot) => this.#read(plot.cursor.idx ?? null)],
      },
    };
    this.#plot = new uPlot(options, data, this.frame);
  }

  /** Draws the instant that the run has come to. */
  #drawPresent(plot: uPlot, colour: string): void {
    if (this.#ended) return;
    const x = Math.round(plot.valToPos(this.#nowMs, "x", true));
    const { ctx } = plot;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, plot.bbox.top);
    ctx.lineTo(x, plot.bbox.top + plot.bbox.height);
    ctx.stroke();
    ctx.restore();
  }

  /** Writes the numbers of the hour under the pointer. */
  #read(place: number | null): void {
    const plot = this.#plot;
    const [times, ...series] = plot?.data ?? [];
    const values = series.map((amounts) => (place === null ? null : amounts[place]));
    if (place === null || !times || values.some((value) => value == null)) {
      this.reading.textContent = say(this.#language, "chart_resting");
      return;
    }
    const [domestic = "", overseas = ""] = values.map((value) => number(this.#language, value ?? 0));
    const start = Math.floor(((times[place] ?? 0) - this.#epochMs) / HOUR_MS) * HOUR_MS + this.#epochMs;
    const hour = hourOfDay(this.#language, start);
    this.reading.textContent = say(this.#language, "chart_reading", { hour, domestic, overseas });
  }
}

/** Returns the hours from the epoch to the run's end, each with its counts; those to come are gaps. */
function hours(epochMs: number, atMs: number, durationMs: number, counts: Record<string, number>[]): uPlot.AlignedData {
  const under = Math.max(0, Math.ceil(atMs / HOUR_MS) - 1);
  const last = Math.max(under + 1, Math.ceil(durationMs / HOUR_MS));
  const times: number[] = [];
  const series: Series[] = counts.map(() => []);
  const add = (ms: number, hour: number | null): void => {
    times.push(epochMs + ms);
    counts.forEach((count, i) => series[i]?.push(hour === null ? null : (count[String(hour)] ?? 0)));
  };
  for (let hour = 0; hour <= under; hour++) add(hour * HOUR_MS, hour);
  add(Math.max(atMs, under * HOUR_MS + 1), under); // the hour under way reaches to the present
  for (let hour = under + 1; hour <= last; hour++) if (hour * HOUR_MS > atMs) add(hour * HOUR_MS, null);
  return [times, ...series];
}

function days(plot: uPlot): number[] {
  const { min, max } = plot.scales["x"] ?? {};
  return midnights(min ?? 0, max ?? 0);
}

function noons(plot: uPlot): number[] {
  const last = plot.scales["x"]?.max ?? 0;
  return days(plot)
    .map((midnight) => midnight + 12 * HOUR_MS)
    .filter((noon) => noon < last);
}

/** Writes each line's name at its highest hour, out of the way of the others. */
function labels(plot: uPlot, names: readonly (readonly [string, string])[], paper: string): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const taken: { x: number; y: number }[] = [];
  ctx.save();
  ctx.font = `600 ${12 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.lineJoin = "round";
  ctx.lineWidth = 4 * ratio;
  ctx.strokeStyle = paper;
  names.forEach(([name, colour], i) => {
    const amounts = [...(plot.data[i + 1] ?? [])];
    const top = Math.max(...amounts.map((amount) => amount ?? 0));
    const most = amounts.indexOf(top);
    if (!top) return;
    const width = ctx.measureText(name).width;
    let x = plot.valToPos((plot.data[0][most] ?? 0) + HOUR_MS / 2, "x", true) - width / 2;
    x = Math.min(Math.max(x, bbox.left + LABEL_GAP), bbox.left + bbox.width - width - LABEL_GAP);
    let y = plot.valToPos(top, "y", true) - LABEL_GAP * ratio;
    for (const other of taken) {
      if (Math.abs(other.x - x) < 90 * ratio && Math.abs(other.y - y) < 16 * ratio) y = other.y + 18 * ratio;
    }
    taken.push({ x, y });
    ctx.fillStyle = colour;
    ctx.strokeText(name, x, y);
    ctx.fillText(name, x, y);
  });
  ctx.restore();
}
