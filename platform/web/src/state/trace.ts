// The values of the gauges, minute by minute: charts and sparklines draw them. The backend sends the past on request,
// and the present with every frame.

import { GAUGES, type Gauge } from "../api/measures";
import type { Course } from "../api/types";
import { MINUTE_MS } from "../text/clock";
import { amount, type Snapshot } from "./snapshot";

export class Trace {
  /** Grows with every value, so that a chart knows that there is more to draw. */
  seen = 0;
  /** Up to when the backend told the past. */
  knownMs = 0;
  /** Whether frames left minutes out that the backend has not told yet: a run is played fast, or the connection was lost. */
  hasGap = false;
  readonly #lines: Record<Gauge, Float32Array>;
  /** The latest minute that has a value. */
  #latest = -1;

  constructor(durationMs: number) {
    const minutes = Math.ceil(durationMs / MINUTE_MS) + 1;
    const lines = GAUGES.map((gauge) => [gauge, new Float32Array(minutes).fill(Number.NaN)]);
    this.#lines = Object.fromEntries(lines) as Record<Gauge, Float32Array>;
  }

  /** Adds the values of a frame, one for each minute; what the backend told of the past stands. */
  add(snapshot: Snapshot, atMs: number): void {
    if (atMs < this.knownMs) return;
    const minute = Math.floor(atMs / MINUTE_MS);
    if (minute > this.#latest + 1) this.hasGap = true;
    this.#latest = Math.max(this.#latest, minute);
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
    const last = Math.floor(as_of.at_ms / MINUTE_MS);
    this.hasGap = this.#latest > last + 1; // frames went on while the answer was on its way
    this.#latest = Math.max(this.#latest, last);
    this.seen++;
  }

  /**
   * Returns a gauge between two times, one value for each `stepMs`: the largest of its minutes, at the minute in which
   * it was so large. Minutes that are not known are left out.
   */
  line(gauge: Gauge, fromMs: number, toMs: number, stepMs = MINUTE_MS): { times: number[]; values: number[] } {
    const line = this.#lines[gauge];
    const times: number[] = [];
    const values: number[] = [];
    const step = Math.max(1, Math.round(stepMs / MINUTE_MS));
    const last = Math.min(line.length - 1, Math.floor(toMs / MINUTE_MS));
    for (let from = Math.max(0, Math.floor(fromMs / MINUTE_MS)); from <= last; from += step) {
      const minute = largest(line, from, Math.min(last, from + step - 1));
      if (minute === null) continue;
      times.push(minute * MINUTE_MS);
      values.push(line[minute] as number);
    }
    return { times, values };
  }
}

/** Returns the minute of a stretch with the largest value that is known, the last of equal ones. */
function largest(line: Float32Array, from: number, to: number): number | null {
  let most: number | null = null;
  for (let minute = from; minute <= to; minute++) {
    const value = line[minute] as number;
    if (!Number.isNaN(value) && (most === null || value >= (line[most] as number))) most = minute;
  }
  return most;
}
