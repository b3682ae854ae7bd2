import { expect, test } from "vitest";
import type { Course } from "../api/types";
import { MINUTE_MS } from "../text/clock";
import type { Snapshot } from "./snapshot";
import { Trace } from "./trace";

const WAITING = "venue.waiting";

/** Returns what the backend tells of minutes: people in the queues, and nothing else. */
function course(waiting: readonly number[], first = 0): Course {
  const minutes = waiting.map((_, i) => first + i);
  return {
    as_of: { at_ms: (first + waiting.length - 1) * MINUTE_MS },
    minutes,
    gauges: { [WAITING]: waiting },
  } as never;
}

/** Returns a frame in which people queue. */
function frame(waiting: number): Snapshot {
  return { venue: { waiting } } as never;
}

test("of minutes that share a point, the largest is drawn, at its own minute", () => {
  const trace = new Trace(60 * MINUTE_MS);
  trace.fill(course([0, 3, 747, 40, 2, 0, 0, 0, 1, 0, 5]));
  expect(trace.line(WAITING, 0, 60 * MINUTE_MS, 10 * MINUTE_MS)).toEqual({
    times: [2 * MINUTE_MS, 10 * MINUTE_MS],
    values: [747, 5],
  });
  expect(trace.line(WAITING, 0, 60 * MINUTE_MS).values).toHaveLength(11);
});

test("frames that skip minutes leave a gap, until the backend has told it", () => {
  const trace = new Trace(60 * MINUTE_MS);
  const gaps = [0, 1, 1.5, 2, 4].map((minute) => {
    trace.add(frame(minute), minute * MINUTE_MS);
    return trace.hasGap;
  });
  expect(gaps).toEqual([false, false, false, false, true]);
  trace.fill(course([7, 7, 7, 7, 7, 7]));
  expect(trace.hasGap).toBe(false);
  trace.add(frame(9), 6 * MINUTE_MS);
  expect([trace.hasGap, trace.line(WAITING, 0, 9 * MINUTE_MS).values]).toEqual([false, [7, 7, 7, 7, 7, 7, 9]]);
});

test("what frames skip while the answer is on its way is a gap as well", () => {
  const trace = new Trace(60 * MINUTE_MS);
  trace.add(frame(1), 0);
  trace.add(frame(1), 30 * MINUTE_MS);
  trace.fill(course([1, 2, 3]));
  expect(trace.hasGap).toBe(true);
});

test("what the backend told stands, however a moment looked in between", () => {
  const trace = new Trace(60 * MINUTE_MS);
  trace.fill(course([1, 2, 3]));
  trace.add(frame(99), 1.5 * MINUTE_MS);
  expect(trace.line(WAITING, 0, 9 * MINUTE_MS).values).toEqual([1, 2, 3]);
});
