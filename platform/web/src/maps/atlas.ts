// The outlines of the world's countries, fetched when a map is first shown, and great circles between them.

import source from "virtual:world";
import { geoEqualEarth, geoPath } from "d3-geo";

const RING = 6;

export type Place = readonly [longitude: number, latitude: number];

export interface Country {
  code: string;
  /** The path of its outline. */
  outline: string;
  middle: Place;
}

/** The world as it is drawn when the page is built. */
export interface World {
  countries: Country[];
  width: number;
  height: number;
  projection: { rotatedBy: number; scale: number; translate: [number, number] };
}

export interface Atlas extends World {
  /** The path of all land. */
  land: string;
  /** Returns the path of the great circle between two economies, or of a ring around one; empty where one is not on the map. */
  arc(from: string, to: string): string;
  /** Returns where the middle of an economy is drawn; null where it is not on the map. */
  placeOf(code: string): [x: number, y: number] | null;
}

export async function openAtlas(): Promise<Atlas> {
  const world = (await (await fetch(source)).json()) as World;
  const { rotatedBy, scale, translate } = world.projection;
  const projection = geoEqualEarth().rotate([rotatedBy, 0]).scale(scale).translate(translate);
  const path = geoPath(projection).digits(1).pointRadius(RING);
  const middles = new Map(world.countries.map(({ code, middle }): [string, [number, number]] => [code, [...middle]]));
  const arcs = new Map<string, string>();
  const draw = (from: number[] | undefined, to: number[] | undefined): string => {
    if (from === undefined || to === undefined) return "";
    if (from === to) return path({ type: "Point", coordinates: from }) ?? "";
    return path({ type: "LineString", coordinates: [from, to] }) ?? "";
  };
  return {
    ...world,
    placeOf: (code) => {
      const middle = middles.get(code);
      return middle ? projection(middle) : null;
    },
    land: world.countries.map(({ outline }) => outline).join(""),
    arc: (from, to) => {
      const key = from + to;
      if (!arcs.has(key)) arcs.set(key, draw(middles.get(from), middles.get(to)));
      return arcs.get(key) as string;
    },
  };
}
