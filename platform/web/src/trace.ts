// What the gauges stood at, minute by minute: the lines of the day behind the numbers of now. The backend sends the past
// when it is asked for it, and the present with every frame.

import { type Snapshot, amount } from "./snapshot";

const MINUTE_MS = 60_000;
/** The gauges whose course the backend keeps, those that are drawn. */
export const GAUGES = [
  "venue.inside",
  "venue.waiting",
  "visits.online",
  "streams.viewers",
  "negotiations.waiting",
  "negotiations.talking",
  "negotiations.desks_busy",
] as const;
export type Gauge = (typeof GAUGES)[number];

/** What the backend answers of a run's course: for each gauge a number for each of the minutes. */
export interface Course {
  as_of: { at_ms: number };
  /** Since the epoch. */
  minutes: number[];
  gauges: Record<Gauge, number[]>;
}

export function isGauge(path: string): path is Gauge {
  return (GAUGES as readonly string[]).includes(path);
}

export class Trace {
  /** Grows with all that is kept, so that whoever draws knows that there is more to draw. */
  seen = 0;
  /** Up to when the past was asked for. */
  knownMs = 0;
  readonly #lines: Record<Gauge, Float32Array>;

  constructor(durationMs: number) {
    const minutes = Math.ceil(durationMs / MINUTE_MS) + 1;
    const lines = GAUGES.map((gauge) => [gauge, new Float32Array(minutes).fill(Number.NaN)]);
    this.#lines = Object.fromEntries(lines) as Record<Gauge, Float32Array>;
  }

  /** Keeps what the gauges stand at in a frame, one value a minute. */
  keep(snapshot: Snapshot, atMs: number): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    for (const gauge of GAUGES) this.#lines[gauge][minute] = amount(snapshot, gauge);
    this.seen++;
  }

  /** Keeps the past, which frames have shown in part at the most. */
  fill({ as_of, minutes, gauges }: Course): void {
    for (const gauge of GAUGES) {
      const line = this.#lines[gauge];
      minutes.forEach((minute, i) => {
        line[minute] = gauges[gauge][i] as number;
      });
    }
    this.knownMs = as_of.at_ms;
    this.seen++;
  }

  /** Returns a gauge between two instants, a value for every `stepMs` at the most; where nothing is known, nothing. */
  line(gauge: Gauge, fromMs: number, toMs: number, stepMs: number): { times: number[]; values: number[] } {
    const line = this.#lines[gauge];
    const times: number[] = [];
    const values: number[] = [];
    const step = Math.max(1, Math.round(stepMs / MINUTE_MS));
    const last = Math.min(line.length - 1, Math.floor(toMs / MINUTE_MS));
    for (let from = Math.max(0, Math.floor(fromMs / MINUTE_MS)); from <= last; from += step) {
      const minute = latest(line, from, Math.min(last, from + step - 1));
      if (minute === null) continue;
      times.push(minute * MINUTE_MS);
      values.push(line[minute] as number);
    }
    return { times, values };
  }
}

/** Returns the last minute in a stretch of which something is known. */
function latest(line: Float32Array, from: number, to: number): number | null {
  for (let minute = to; minute >= from; minute--) if (!Number.isNaN(line[minute] as number)) return minute;
  return null;
}
