// Where the focus goes when what has it goes away.

import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** Gives the focus to the view where a part of it that has the focus goes away: else it would be lost. */
export function useFocusHandedOn(part: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = part.current;
    return () => {
      if (element?.contains(document.activeElement)) document.getElementById("view")?.focus();
    };
  }, []);
}
