// Whatever the page or the backend names has a name in every language.

import { expect, test, vi } from "vitest";
import { FIELDS, KEYS } from "../api/generated/facts";
import { isTag } from "./tags";
import { filled, inARow, LANGUAGES, type Topic } from "./words";
import english from "./words/en.json";

type Words = Record<string, Record<string, string>>;

const files = import.meta.glob<Words>("./words/*.json", { eager: true, import: "default" });
const all = Object.entries(files).map(([file, words]): [string, Words] => [file.slice(8, -5), words]);
const translations = all.filter(([language]) => language !== "en");
const TOPICS: Record<Topic, readonly string[]> = {
  parameter: KEYS.parameter.filter((path) => !path.startsWith("economies.")),
  scenario: KEYS.scenario,
  question: KEYS.scenario,
  disruption: KEYS.disruption,
  notice: KEYS.notice,
  balance: KEYS.balance,
  finding: KEYS.finding,
  evidence: KEYS.evidence,
  economy: ["HK", "MO", "TW"],
  pattern: ["room"],
};
const placesOf = (text = ""): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, place]) => String(place)).sort();

test("every file of words is a language", () => {
  expect(all.map(([language]) => language).sort()).toEqual(LANGUAGES);
});

test.each(all)("%s says of itself what the page can follow", (language, { language: own = {} }) => {
  // Intl throws at a locale that is none, and the page would show nothing; it takes any other word for the usual one
  expect(own).toMatchObject({ locale: expect.toSatisfy(isTag, "a BCP 47 tag, such as de-DE") });
  expect(own.locale?.split("-")[0]).toBe(language.split("-")[0]);
  expect(["1000", "10000"]).toContain(own.counts_in);
  expect(["symbol", "name"]).toContain(own.currency_as);
  expect([own.name, own.show]).not.toContain("");
});

test.each(translations)("%s names what English and the backend name, and nothing else", (_, words) => {
  const wanted = namesIn([...Object.entries(english).map(named), ...Object.entries(TOPICS)]);
  const has = namesIn(Object.entries(words).map(named));
  const missing = [...wanted].filter((name) => !has.has(name));
  const needless = [...has].filter((name) => !wanted.has(name));
  expect({ missing, needless }).toEqual({ missing: [], needless: [] });
});
type Named = [section: string, names: readonly string[]];
const named = ([section, words]: [string, object]): Named => [section, Object.keys(words)];
const namesIn = (sections: Named[]) =>
  new Set(sections.flatMap(([section, names]) => names.map((name) => `${section}: ${name}`)));

test.each(translations)("%s has the same {places} as English", (_, words) => {
  const differing = Object.entries(english.page).filter(
    ([word, text]) => !FREE.includes(word) && placesOf(text).join() !== placesOf(words.page?.[word]).join(),
  );
  expect(differing).toEqual([]);
});
/** A language need not use every place of these. */
const FREE = ["date"];

test.each(translations)("%s fills its notices with what their disruptions have", (_, words) => {
  const places = Object.entries(words.notice ?? {}).map(([key, text]) => [key, placesOf(text)] as const);
  const odd = places.filter(([key, names]) => !names.every((name) => fieldsOf(key).includes(name)));
  expect(odd).toEqual([]);
});
const fields: Record<string, readonly string[]> = FIELDS;
const fieldsOf = (notice: string) => ["kind", ...(fields[notice.replace(/_over$/, "")] ?? [])];

test.each(all)("%s names every disruption and every field of one", (_, words) => {
  const names = [...KEYS.disruption, ...Object.values(FIELDS).flat()];
  expect(names.filter((name) => !words.term?.[name])).toEqual([]);
});

test.each(all)("%s names every field of a disruption shortly too, for the line that says what happened", (_, words) => {
  const names = Object.values(FIELDS).flat();
  expect(names.filter((name) => !words.field?.[name])).toEqual([]);
});

test.each(all)("%s names every measure that is one number", (_, words) => {
  const numbers = KEYS.measure.filter((path) => !UNNAMED.test(path));
  expect(numbers.length).toBeGreaterThan(100);
  expect(numbers.filter((path) => !words.measure?.[path])).toEqual([]);
});
/** The run itself, bounds and counts of notices and alarms: a tile or a sentence names them. */
const UNNAMED = /^(run|alarms|notices)\.|\.requests_most_per_s$|^platform\.viewers$/;

test.each([
  ["改在 {room} 举办。", "报告厅", "改在报告厅举办。"],
  ["改在 {room} 举办。", "Hall 7", "改在\u00a0Hall 7\u00a0举办。"],
  ["每平方米 {value} 人", "1.2 万", "每平方米\u00a01.2 万人"],
  ["{gate} 关闭", "北门（3 号）", "北门（3 号）关闭"],
  ["Moved to {room} on {day}", "报告厅", "Moved to 报告厅 on "],
])("a blank parts Chinese from numbers and Latin words alone: %s with %s", (text, place, told) => {
  expect(filled(text, { room: place, value: place, gate: place })).toBe(told);
});

test("a blank follows a full-width mark nowhere", () => {
  expect(inARow("警报：", "平台不可用", "自 9月4日")).toBe("警报：平台不可用 自 9月4日");
  expect(inARow("恢复平台，并通知所有人。", "公告预计结束。")).toBe("恢复平台，并通知所有人。公告预计结束。");
  expect(inARow("Alarm:", "the platform is down")).toBe("Alarm: the platform is down");
});

test("words whose answer breaks off are fetched again", async () => {
  vi.useFakeTimers();
  vi.resetModules();
  const fresh = await import("./words");
  const broken = { ok: true, json: () => Promise.reject(new TypeError("network error")) };
  const whole = { ok: true, json: async () => ({ page: { close: "Close" } }) };
  vi.stubGlobal("fetch", vi.fn().mockResolvedValueOnce(broken).mockResolvedValueOnce(whole));
  const loaded = fresh.loadWords("en");
  await vi.advanceTimersByTimeAsync(1_000);
  await loaded;
  expect(fresh.say("en", "close")).toBe("Close");
  vi.useRealTimers();
});
