import { expect, test } from "vitest";
import { Kept } from "./storage";

function refused(): Storage {
  throw new Error("SecurityError: access is denied for this document");
}

test("where the browser refuses to keep anything, the page does for as long as it is open", () => {
  const kept = new Kept(refused);
  expect(kept.get("theme")).toBeNull();
  kept.keep("theme", "dark");
  expect(kept.get("theme")).toBe("dark");
  kept.forget("theme");
  expect(kept.get("theme")).toBeNull();
});

test("where the storage is full, the page keeps what did not fit", () => {
  const full = { getItem: () => null, setItem: refused, removeItem: () => {} };
  const kept = new Kept(() => full as unknown as Storage);
  kept.keep("token", "of-readers");
  expect(kept.get("token")).toBe("of-readers");
});
