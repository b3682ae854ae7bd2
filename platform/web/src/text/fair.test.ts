import { beforeEach, expect, test } from "vitest";
import { currencyOf, type Fair, foreign, home, namesOf, showFair } from "./fair";
import { economy, nameOfGate, nameOfScenario, organisationOf, term, titleOf, withCodes } from "./names";
import { addWords } from "./words";

const MINE: Fair = {
  ...{ key: "mine", home: "US", badges: [], zone_kinds: [], rooms: [], headlines: [] },
  organisation_kinds: [
    { key: "guild", names: { en: "Guild", zh: "行会" }, called: { en: "Guild {number}", zh: "{place}行会 {number}" } },
    { key: "maker", names: { en: "Maker" }, called: { en: "Maker {number}" } },
  ],
  session_kinds: [
    {
      key: "demo",
      names: { en: "Demonstration", zh: "演示" },
      titles: { en: "Demonstration {number}: {about}", zh: "演示{number}：{about}" },
      topics: [{ key: "clean air", names: { en: "clean air", zh: "洁净空气" } }],
    },
  ],
  occasions: [{ key: "gala", names: { en: "Gala" }, currency: "EUR" }],
  sectors: [{ key: "food", names: { en: "Food", zh: "食品" } }],
  zones: [{ key: "north", names: { en: "North hall" } }],
  gates: [{ key: "west", names: { en: "West gate", zh: "西门" } }],
};

beforeEach(() => showFair(MINE));

test("things are named as the fair names them, in the reader's language or in English", () => {
  expect([term("zh", "food"), term("en", "food"), term("zh", "north")]).toEqual(["食品", "Food", "North hall"]);
  expect([home(), currencyOf("gala")]).toEqual(["US", "EUR"]);
});

test("gates have their names or else count from 1, and the fair is called as it calls itself", () => {
  expect([nameOfGate("zh", 0), nameOfGate("en", 0)]).toEqual(["西门", "West gate"]);
  expect(nameOfGate("en", 1)).toMatch(/2/);
  showFair({ ...MINE, key: "mine", short_names: { en: "Mine 2027" } });
  expect([nameOfScenario("en", "mine"), nameOfScenario("en", "other")]).toEqual(["Mine 2027", "other"]);
  showFair(null);
  expect(nameOfScenario("en", "mine")).toBe("mine");
});

test("a name that falls back to English is marked so", () => {
  expect(["food", "north", "no_row"].map((key) => foreign(namesOf(key), "zh"))).toEqual([undefined, "en", undefined]);
  expect(foreign(namesOf("north"), "en")).toBeUndefined();
});

test("economies are called as the fairs of a language call them", async () => {
  addWords("zh", { economy: { HK: "中国香港" } });
  expect([economy("zh", "HK"), economy("en", "HK"), economy("zh", "DE")]).toEqual(["中国香港", "Hong Kong", "德国"]);
  expect(["使馆 3（德国）", "（中国香港）中国"].map((text) => withCodes("zh", text))).toEqual([
    "使馆 3（DE）",
    "（HK）CN",
  ]);
});

test("a key that the fair does not have is shown in plain letters", () => {
  showFair(null);
  expect(term("zh", "clean_air")).toBe("clean air");
});

test("organisations and sessions are called by the patterns of their kinds", () => {
  const guild = { name: "Guild 7", organisation: 7, kind: "guild", sector: "food", economy: "US" };
  expect(organisationOf("zh", guild)).toBe("美国行会\u00a07");
  expect(organisationOf("zh", { ...guild, name: "Maker 7", kind: "maker" })).toBe("Maker 7");
  const demo = { title: "Demonstration 2: clean air", kind: "demo", number_of_kind: 2, about: "clean air" };
  expect([titleOf("zh", demo), titleOf("en", demo)]).toEqual(["演示2：洁净空气", demo.title]);
});
