// The atlas as a part of the page uses it: fetched once, when a map is first shown.

import { useEffect, useState } from "preact/hooks";
import { go } from "../state/actions";
import { type Atlas, openAtlas } from "./atlas";

const AGAIN_AFTER_MS = 2_000;

let fetched: Promise<Atlas> | null = null;

/** Returns the atlas once it is there, and whether it is missing: it could not be fetched, and is tried again. */
export function useAtlas(): [atlas: Atlas | null, isMissing: boolean] {
  const [atlas, setAtlas] = useState<Atlas | null>(null);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const bring = (): void => {
      fetched ??= openAtlas();
      fetched.then(setAtlas, () => {
        fetched = null;
        setMissing(true);
        timer = setTimeout(bring, AGAIN_AFTER_MS);
      });
    };
    bring();
    return () => clearTimeout(timer);
  }, []);
  return [atlas, isMissing && atlas === null];
}

/** Returns a datum of the closest row or outline: a map listens once, not at each of its outlines. */
export function dataOf(target: EventTarget | null, name: string): string | null {
  const shape = target instanceof Element ? target.closest<HTMLElement | SVGElement>("tr, path") : null;
  return shape?.dataset[name] ?? null;
}

/** Narrows the view to an economy. */
export function pick(code: string | null): void {
  if (code) go({ pick: code });
}
