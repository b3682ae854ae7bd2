import { expect, test } from "vitest";
import { listedOf, nested } from "./parameters";

const PARAMETERS = {
  "negotiations.night_share": { type: "number" },
  "programme.summit.starts_h": { type: "array" },
  "fair.opens_on": { type: "string" },
} as const;

test.each<[string, string, unknown]>([
  ["negotiations.night_share", " 0.2 ", { negotiations: { night_share: "0.2" } }],
  ["negotiations.night_share", " ", {}],
  ["negotiations.night_share", "0x10", { negotiations: { night_share: "0x10" } }],
  ["negotiations.night_share", "Infinity", { negotiations: { night_share: "Infinity" } }],
  ["programme.summit.starts_h", "[10, 11.5]", { programme: { "summit.starts_h": [10, 11.5] } }],
  ["programme.summit.starts_h", "10 11.5", { programme: { "summit.starts_h": "10 11.5" } }],
  ["fair.opens_on", "2027-05-07", { fair: { opens_on: "2027-05-07" } }],
])("%s is sent as it was typed, and not at all where it is blank: %j", (path, typed, sent) => {
  expect(nested({ [path]: typed }, PARAMETERS)).toEqual(sent);
});

test("a changed parameter is listed however many match, as it is sent", () => {
  const many = Object.fromEntries(
    [..."abcdefghijklmnop"].map((name) => [`hall.${name}`, { type: "number" as const, description: "Share" }]),
  );
  const listed = listedOf("en", many, { "hall.p": "1" }, "share").map(([path]) => path);
  expect(listed).toEqual([..."abcdefghijklp"].map((name) => `hall.${name}`));
});
