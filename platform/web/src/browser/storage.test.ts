import { expect, test } from "vitest";
import { BrowserStorage } from "./storage";

function refused(): Storage {
  throw new Error("SecurityError: access is denied for this document");
}

test("where the browser refuses to keep anything, the page does for as long as it is open", () => {
  const storage = new BrowserStorage(refused);
  expect(storage.get("theme")).toBeNull();
  storage.keep("theme", "dark");
  expect(storage.get("theme")).toBe("dark");
  storage.forget("theme");
  expect(storage.get("theme")).toBeNull();
});

test("where the storage is full, the page keeps what did not fit", () => {
  const full = { getItem: () => null, setItem: refused, removeItem: () => {} };
  const storage = new BrowserStorage(() => full as unknown as Storage);
  storage.keep("token", "of-readers");
  expect(storage.get("token")).toBe("of-readers");
});
