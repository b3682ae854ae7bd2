import { expect, test } from "vitest";
import { type Cell, csvOf } from "./rows";

test.each<[Cell, string]>([
  ["=HYPERLINK(A1)", "'=HYPERLINK(A1)"],
  ['=IMPORTXML("x",A1)', '"\'=IMPORTXML(""x"",A1)"'],
  ["+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"],
  ["-2+3", "'-2+3"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["-3.5", "-3.5"],
  ["+2.9%", "+2.9%"],
  ["-1e-7", "-1e-7"],
  ["-1,200", '"-1,200"'],
  [-4, "-4"],
  ["2020-09-06T03:00:00.000Z", "2020-09-06T03:00:00.000Z"],
  ["a, = b", '"a, = b"'],
  [null, ""],
])("no spreadsheet calculates %j", (cell, written) => {
  expect(csvOf([[cell]])).toBe(`\ufeff${written}\r\n`);
});
