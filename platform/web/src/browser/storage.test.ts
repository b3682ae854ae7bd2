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

test("a full storage that holds an older value does not bring it back", () => {
  const held = new Map([["theme", "light"]]);
  let isFull = true;
  const full = {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => (isFull ? refused() : held.set(key, value)),
    removeItem: (key: string) => held.delete(key),
  };
  const storage = new BrowserStorage(() => full as unknown as Storage);
  storage.keep("theme", "dark");
  expect(storage.get("theme")).toBe("dark");
  isFull = false;
  storage.keep("theme", "light");
  expect([storage.get("theme"), held.get("theme")]).toEqual(["light", "light"]);
});

test("where the storage is full, the page keeps what did not fit", () => {
  const full = { getItem: () => null, setItem: refused, removeItem: () => {} };
  const storage = new BrowserStorage(() => full as unknown as Storage);
  storage.keep("token", "of-readers");
  expect(storage.get("token")).toBe("of-readers");
});
