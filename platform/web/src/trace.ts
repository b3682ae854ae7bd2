// What the gauges stood at in the frames that this page has seen: the lines of the day behind the numbers of now.
// Counts by hour come from the backend; of a gauge it sends the present alone, and past hours when asked for each.

import { type Snapshot, amount } from "./snapshot";

const MINUTE_MS = 60_000;
const HOUR_MIN = 60;
/** The gauges that are kept. */
export const GAUGES = [
  "venue.inside",
  "venue.waiting",
  "visits.online",
  "platform.requests_per_s",
  "streams.viewers",
  "negotiations.waiting",
  "negotiations.talking",
] as const;
export type Gauge = (typeof GAUGES)[number];

export function isGauge(path: string): path is Gauge {
  return (GAUGES as readonly string[]).includes(path);
}

export class Trace {
  /** Grows with every frame, so that whoever draws knows that there is more to draw. */
  seen = 0;
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

  /** Returns whether a frame was seen in the hour that ends at an instant. */
  knows(atMs: number): boolean {
    const minute = Math.floor(atMs / MINUTE_MS);
    return latest(this.#lines["visits.online"], Math.max(0, minute - HOUR_MIN + 1), minute) !== null;
  }

  /** Returns a gauge between two instants, a value for every `stepMs` at the most; where no frame was seen, nothing. */
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

/** Returns the last minute in a stretch that was seen. */
function latest(line: Float32Array, from: number, to: number): number | null {
  for (let minute = to; minute >= from; minute--) if (!Number.isNaN(line[minute] as number)) return minute;
  return null;
}
