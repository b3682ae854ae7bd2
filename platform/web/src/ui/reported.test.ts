import { beforeEach, expect, test, vi } from "vitest";
import type { Row } from "../api/types";
import type { Page } from "../state/page";
import { NO_BREAK } from "../text/words";
import { originsOf, reported } from "./reported";

beforeEach(() => {
  vi.stubGlobal("navigator", { language: "en-GB", languages: ["en-GB", "zh-CN"] });
});

function row(changes: Partial<Row>): Row {
  const usual = { op: "=", unit: "organisations", role: "input", as_reported_rounding: 0, source: "" };
  return { ...usual, ...changes } as Row;
}

function page(language: string): Page {
  return { language, snapshot: { run: { scale: 0.02 } } } as never;
}

test.each<[number, number, string, string, string]>([
  [392.6, 19_630, "=", "of 393: 2% of 19,630 reported", "按规模折算为 393（公布 19,630 的 2%）"],
  [11_000, 550_000, "=", "of 11,000: 2% of 550,000 reported", "按规模折算为 11,000（公布 55 万的 2%）"],
  [0.6, 30, ">", "of more than 30 reported; 2% of that is less than 1", "按规模折算不足 1（公布超过 30 的 2%）"],
])("%d of %d is told as whole people and things", (value, as_reported, op, english, chinese) => {
  const figure = row({ op, reported: value, as_reported });
  expect([reported(page("en"), figure), reported(page("zh"), figure).replaceAll(NO_BREAK, " ")]).toEqual([
    english,
    chinese,
  ]);
});

test("what weakens a figure that was held out is told beside it", () => {
  const planned = row({ role: "held out", verdict: "open", is_plan: true, caveat: "a plan" });
  expect(originsOf("en", planned).at(-1)).toMatch(/^A plan, and no outcome/);
  expect(originsOf("zh", planned).at(-1)).toBe("计划数而非结果，无从判断吻合与否");
  const weak = row({ role: "held out", verdict: "agrees", is_plan: false, caveat: "counted twice" });
  expect(originsOf("en", weak).at(-1)).toBe("counted twice");
  expect(originsOf("en", { ...weak, role: "input" })).not.toContain("counted twice");
});

test.each([
  ["closing 19", "Source: closing document, paragraph 19", "来源：闭幕文件第 19 段"],
  ["opening", "Source: opening document", "来源：开幕文件"],
  ["China Daily 3", "Source: China Daily, paragraph 3", "来源：China Daily 第 3 段"],
  ["Report 2019", "Source: Report 2019", "来源：Report 2019"],
])("the source %s is told as people say it", (source, english, chinese) => {
  const figure = row({ source });
  const origins = [originsOf("en", figure)[0], originsOf("zh", figure)[0]?.replaceAll(NO_BREAK, " ")];
  expect(origins).toEqual([english, chinese]);
});
