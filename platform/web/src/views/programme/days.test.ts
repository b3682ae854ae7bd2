import { beforeAll, expect, test } from "vitest";
import type { Session } from "../../api/types";
import { HOUR_MS, showZone } from "../../text/clock";
import { programmeDay } from "./days";

const EPOCH = "2019-12-27T00:00:00+01:00";
const EPOCH_MS = Date.parse(EPOCH);
/** By title: hours since the epoch at which they begin and end. */
const HELD: Readonly<Record<string, readonly [number, number]>> = {
  "before dawn": [1, 2],
  lecture: [23.5, 24.5],
  jeopardy: [24.8, 26.8],
  breakfast: [24 + 8, 24 + 9],
  late: [48 + 2, 48 + 4],
};

beforeAll(() => showZone("Europe/Berlin", EPOCH));

function at(hour: number): [date: string, titles: string[]] {
  const sessions = Object.entries(HELD).map(([title, [starts, ends]]) => {
    return { title, starts_ms: starts * HOUR_MS, ends_ms: ends * HOUR_MS, closed_ms: null } as Session;
  });
  const { midnight, sessions: shown } = programmeDay(EPOCH_MS, hour * HOUR_MS, sessions);
  return [new Date(midnight + HOUR_MS).toISOString().slice(0, 10), shown.map(({ title }) => title)];
}

test("what begins in the small hours is of the day before, where there is one", () => {
  expect(at(12)).toEqual(["2019-12-27", ["before dawn", "lecture", "jeopardy"]]);
  expect(at(24 + 12)).toEqual(["2019-12-28", ["breakfast", "late"]]);
});

test("the day before is shown until the last session of its night is over", () => {
  expect(at(25)[0]).toBe("2019-12-27");
  expect(at(26.8)[0]).toBe("2019-12-27");
  expect(at(27)[0]).toBe("2019-12-28");
});

test("a night without a session is of the new day", () => {
  expect(at(1)[0]).toBe("2019-12-27");
  expect(at(0)[0]).toBe("2019-12-27");
  expect(at(72.5)[0]).toBe("2019-12-30");
});
