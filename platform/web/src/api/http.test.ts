import { expect, test } from "vitest";
import { parsed } from "./http";

test("a seed that a number cannot hold is read as text, and nothing else is", () => {
  const json =
    '[{"seed":9007199254740993,"replication": 7,"head":1234567890123456,"fault":"\\"seed\\":9007199254740993"}]';
  expect(parsed(json)).toEqual([
    { seed: "9007199254740993", replication: 7, head: 1234567890123456, fault: '"seed":9007199254740993' },
  ]);
});
