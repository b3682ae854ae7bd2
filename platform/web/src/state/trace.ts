// The values of the gauges, minute by minute: charts and sparklines draw them. The backend sends the past on request,
// and the present with every frame.

import { GAUGES, type Gauge } from "../api/measures";
import type { Course } from "../api/types";
import { MINUTE_MS } from "../text/clock";
import { amount, type Snapshot } from "./snapshot";

export class Trace {
  /** Grows with every value, so that a chart knows that there is more to draw. */
  seen = 0;
  /** Up to when the past is known. */
  knownMs = 0;
  readonly #lines: Record<Gauge, Float32Array>;

  constructor(durationMs: number) {
    const minutes = Math.ceil(durationMs / MINUTE_MS) + 1;
    const lines = GAUGES.map((gauge) => [gauge, new Float32Array(minutes).fill(Number.NaN)]);
    this.#lines = Object.fromEntries(lines) as Record<Gauge, Float32Array>;
  }

  /** Adds the values of a frame, one for each minute. */
  add(snapshot: Snapshot, atMs: number): void {
    const minute = Math.floor(atMs / MINUTE_MS);
    for (const gauge of GAUGES) this.#lines[gauge][minute] = amount(snapshot, gauge);
    this.seen++;
  }

  /** Adds the past, of which frames have shown a part at most. */
  fill({ as_of, minutes, gauges }: Course): void {
    for (const gauge of GAUGES) {
      const line = this.#lines[gauge];
      minutes.forEach((minute, i) => {
        line[minute] = gauges[gauge]?.[i] ?? Number.NaN;
      });
    }
    this.knownMs = as_of.at_ms;
    this.seen++;
  }

  /** Returns a gauge between two times, at most one value for each `stepMs`; minutes that are not known are left out. */
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

/** Returns the last minute in a stretch whose value is known. */
function latest(line: Float32Array, from: number, to: number): number | null {
  for (let minute = to; minute >= from; minute--) if (!Number.isNaN(line[minute] as number)) return minute;
  return null;
}
