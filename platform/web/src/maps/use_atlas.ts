// The atlas as a part of the page uses it: fetched once, when a map is first shown.

import { useEffect, useState } from "preact/hooks";
import { go } from "../state/actions";
import type { Atlas } from "./atlas";

let fetched: Promise<Atlas> | null = null;

export function useAtlas(): Atlas | null {
  const [atlas, setAtlas] = useState<Atlas | null>(null);
  useEffect(() => {
    fetched ??= fetchAtlas();
    void fetched.then(setAtlas);
  }, []);
  return atlas;
}

async function fetchAtlas(): Promise<Atlas> {
  const { openAtlas } = await import("./atlas");
  return openAtlas();
}

/** Returns a datum of the closest row or outline: a map listens once, not at each of its outlines. */
export function dataOf(target: EventTarget | null, name: string): string | null {
  const found = target instanceof Element ? target.closest<HTMLElement | SVGElement>("tr, path") : null;
  return found?.dataset[name] ?? null;
}

/** Narrows the view to an economy. */
export function pick(code: string | null): void {
  if (code) go({ pick: code });
}
