import { beforeEach, expect, test, vi } from "vitest";
import { duration, type Format, full, number, round, shown, signed, times } from "./format";

beforeEach(() => {
  vi.stubGlobal("navigator", { language: "en-GB", languages: ["en-GB", "zh-CN"] });
});

test.each<[Format, number, string, string]>([
  ["count", 567_340, "567,340", "567,340"],
  ["count", 4_021_600, "4.02m", "402\u00a0万"],
  ["share", 0.8514, "85.1%", "85.1%"],
  ["usd", 4_021_600_000, "$4.02bn", "40.2\u00a0亿美元"],
  ["usd", 223_500_000, "$224m", "2.24\u00a0亿美元"],
  ["s", 89, "89 secs", "89\u00a0秒"],
  ["s", 95, "1.6 mins", "1.6\u00a0分钟"],
  ["usd", 0, "$0", "0\u00a0美元"],
  ["h", 2, "2 hrs", "2\u00a0小时"],
  ["ms", 3.14, "3.1 ms", "3.1\u00a0毫秒"],
  ["density", 0.3, "0.30", "0.30"],
  ["mean", 1.234, "1.23", "1.23"],
])("a measure written as %s: %d", (format, value, english, chinese) => {
  expect(shown("en", value, format)).toBe(english);
  expect(shown("zh", value, format)).toBe(chinese);
});

test("a difference has a sign, shares differ in points, and nothing has no sign", () => {
  expect(signed("en", -1_200, "count")).toBe("−1,200");
  expect(signed("en", 0.0286, "share")).toBe("+2.9 points");
  expect(signed("zh", -0.0286, "share")).toBe("−2.9\u00a0个百分点");
  expect(signed("en", -0.0001, "density")).toBe("0.00");
});

test("a round number is written in the language's own powers of ten", () => {
  expect([round("en", 550_000), round("zh", 550_000), round("zh", 272_789)]).toEqual([
    "550,000",
    "55\u00a0万",
    "272,789",
  ]);
});

test("small numbers keep their first digits, and a full number all of them", () => {
  expect([number("en", 0.0123), number("en", 1.26), full("en", 1.2345)]).toEqual(["0.012", "1.3", "1.2345"]);
});

test("lengths of time come in the unit that suits them", () => {
  expect([30, 600, 5_400].map((seconds) => duration("en", seconds))).toEqual(["30 secs", "10 mins", "1.5 hrs"]);
  expect(times("en", 3_600)).toBe("3,600×");
});
