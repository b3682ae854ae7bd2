// The names of lines, written on a plot where the lines run.

import type uPlot from "uplot";
import { HOUR_MS } from "../text/clock";
import type { Line } from "./lines";

const GAP = 6;
/** Labels closer than this are moved apart. */
const [NEAR_X, NEAR_Y, MOVED_Y] = [90, 16, 18];

export type ColourOf = (name: string) => string;

/** Writes each line's name at its highest point in sight, below names that would overlap. */
export function writeLabels(plot: uPlot, lines: readonly Line[], colourOf: ColourOf, font: string): void {
  if (lines.length < 2) return;
  const { ctx } = plot;
  const taken: { x: number; y: number }[] = [];
  ctx.save();
  ctx.font = font;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.lineJoin = "round";
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = colourOf("paper");
  lines.forEach((line, i) => {
    const at = placeOf(plot, line, i + 1, taken);
    if (at === null) return;
    taken.push(at);
    ctx.fillStyle = colourOf(`${line.colour}-text`) || colourOf(line.colour);
    ctx.strokeText(line.name, at.x, at.y);
    ctx.fillText(line.name, at.x, at.y);
  });
  ctx.restore();
}

/** Returns where a line's name begins; null where the line has no value above zero in sight. */
function placeOf(
  plot: uPlot,
  line: Line,
  series: number,
  taken: readonly { x: number; y: number }[],
): { x: number; y: number } | null {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales.x ?? {};
  const values = plot.data[series] ?? [];
  const peak = highest(plot.data[0], values, min ?? 0, max ?? 0);
  if (peak < 0) return null;
  const width = ctx.measureText(line.name).width;
  const middle = line.look === "hours" ? HOUR_MS / 2 : 0;
  const x = plot.valToPos((plot.data[0][peak] as number) + middle, "x", true) - width / 2;
  let y = plot.valToPos(values[peak] as number, "y", true) - GAP * devicePixelRatio;
  const inside = Math.min(Math.max(x, bbox.left + GAP), bbox.left + bbox.width - width - GAP);
  for (const other of taken) {
    const isNear =
      Math.abs(other.x - inside) < NEAR_X * devicePixelRatio && Math.abs(other.y - y) < NEAR_Y * devicePixelRatio;
    if (isNear) y = other.y + MOVED_Y * devicePixelRatio;
  }
  return { x: inside, y };
}

/** Returns the place of the largest value between two moments; -1 where none is above zero. */
function highest(
  times: ArrayLike<number>,
  values: ArrayLike<number | null | undefined>,
  from: number,
  to: number,
): number {
  let place = -1;
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const at = times[i] ?? 0;
    const value = values[i] ?? 0;
    if (at < from || at > to || value <= most) continue;
    place = i;
    most = value;
  }
  return place;
}
