// The state of a run and the speed at which it is played, in words.

import type { Run } from "../api/types";
import { wallMoment } from "../text/clock";
import { times } from "../text/format";
import { type Language, say } from "../text/words";

/** Returns the state of a run, and since when its player is silent. */
export function stateOf(language: Language, run: Run): string {
  const state = say(language, `state_${run.state}`);
  if (run.silent_since === null) return state;
  return say(language, "state_silent", { state, time: wallMoment(language, Date.parse(run.silent_since)) });
}

/** Returns a speed in simulated seconds a second. */
export function paceOf(language: Language, pace: number | "max" | null): string {
  return pace === null ? "–" : pace === "max" ? say(language, "pace_max") : times(language, pace);
}
