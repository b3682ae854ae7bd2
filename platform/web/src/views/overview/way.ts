// Whether a fair is on the way to what was reported, as its forecast has it.

/** An interval wider than this share of the reported figure says too little. */
const WIDE = 0.5;

export type Way = "on" | "low" | "high" | "early";

/** A reported number with its operator: `>` is more than that, `<` fewer. */
interface Figure {
  op: string;
  reported: number;
  rounding: number;
}

/** Returns where the reported figure lies against the forecast's interval; `early` while that is too wide. */
export function wayOf(low: number, high: number, { op, reported, rounding }: Figure): Way {
  if ((op === ">" && low > reported) || (op === "<" && high < reported)) return "on";
  if (high - low > WIDE * reported) return "early";
  if (op !== "<" && reported - rounding > high) return "low";
  return op !== ">" && reported + rounding < low ? "high" : "on";
}
