import { expect, test } from "vitest";
import { wayOf } from "./way";

const figure = (op: string, reported = 1000) => ({ op, reported, rounding: 5 });

test.each([
  ["=", 990, 1010, "on"],
  ["=", 1006, 1010, "high"],
  ["=", 980, 994, "low"],
  ["=", 600, 1200, "early"],
  ["=", 1100, 1900, "early"],
  [">", 1900, 2600, "on"],
  [">", 900, 990, "low"],
  [">", 900, 1600, "early"],
  ["<", 300, 990, "on"],
  ["<", 1010, 1100, "high"],
])("a figure '%s 1000' and %i to %i: %s", (op, low, high, way) => {
  expect(wayOf(low, high, figure(op))).toBe(way);
});
