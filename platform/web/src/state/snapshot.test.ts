import { expect, test } from "vitest";
import { formatOf, KEYS } from "../api/measures";
import { isOfNothing, type Snapshot } from "./snapshot";

function snapshot(negotiations: Record<string, number>): Snapshot {
  return { negotiations } as never;
}

test("a wait of nobody is no wait of 0, and one of somebody may be", () => {
  const isNothing = (taken_up: number) => isOfNothing(snapshot({ taken_up }), "negotiations.waited_p90_s");
  expect([isNothing(0), isNothing(1)]).toEqual([true, false]);
});

test("a share of those answered is of nothing while all wait", () => {
  const isNothing = (waiting: number) => isOfNothing(snapshot({ initiated: 3, waiting }), "negotiations.lapse_share");
  expect([isNothing(3), isNothing(2)]).toEqual([true, false]);
});

test("every length of time says what it is of: its 0 must not look like the best there is", () => {
  const durations = KEYS.measure.filter((path) => ["s", "h"].includes(formatOf(path)));
  expect(durations.filter((path) => !isOfNothing({} as Snapshot, path))).toEqual([]);
});
