// The outlines of the world's countries, drawn once, and great circles between them: d3-geo and the atlas are fetched when a
// map is first looked at.

import { geoArea, geoCentroid, geoEqualEarth, geoPath } from "d3-geo";
import type { Geometry, Polygon } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import source from "world-atlas/countries-110m.json?url";
import { LETTERS, SMALL } from "./countries";

const WIDTH = 800;
const HEIGHT = 380;
const RING = 6;
/** How many countries are projected in one go. */
const AT_A_TIME = 40;

export interface Atlas {
  countries: Country[];
  width: number;
  height: number;
  /** The path of all land. */
  land: string;
  /** Returns the path of the great circle between two economies, or of a ring about one; empty where one is not on the map. */
  arc(from: string, to: string): string;
}

type Place = [longitude: number, latitude: number];

export interface Country {
  code: string;
  /** The path of its outline; of a small one a dot stands for it. */
  outline: string;
}

const ANTARCTICA = "AQ";

/** Fetches the atlas and draws every country on the map. */
export async function drawAtlas(): Promise<Atlas> {
  const atlas = (await (await fetch(source)).json()) as Topology<{ countries: GeometryCollection }>;
  await pause();
  const shapes = feature(atlas, atlas.objects.countries).features;
  const drawn = shapes.filter((shape) => LETTERS.get(String(shape.id)) !== ANTARCTICA);
  const projection = geoEqualEarth().rotate([-150, 0]); // the Pacific in the middle, as maps in China have it
  projection.fitSize([WIDTH, HEIGHT], { type: "FeatureCollection", features: drawn });
  const path = geoPath(projection).digits(1);
  const large: Country[] = [];
  for (const shape of drawn) {
    if (large.length % AT_A_TIME === 0) await pause();
    large.push({ code: LETTERS.get(String(shape.id)) ?? "", outline: path(shape) ?? "" });
  }
  const small = Object.entries(SMALL).map(([code, [longitude, latitude]]) => {
    const outline = path.pointRadius(3)({ type: "Point", coordinates: [longitude, latitude] }) ?? "";
    return { code, outline };
  });
  const shapeOf = new Map(drawn.map((shape) => [LETTERS.get(String(shape.id)), shape]));
  const middles = new Map<string, Place | null>();
  const middleOf = (code: string): Place | null => {
    if (!middles.has(code)) {
      const shape = shapeOf.get(code);
      middles.set(code, (SMALL[code] as Place | undefined) ?? (shape ? geoCentroid(mainland(shape.geometry)) : null));
    }
    return middles.get(code) ?? null;
  };
  const arcs = new Map<string, string>();
  const draw = (from: Place | null, to: Place | null): string => {
    if (from === null || to === null) return "";
    if (from === to) return path.pointRadius(RING)({ type: "Point", coordinates: from }) ?? "";
    return path({ type: "LineString", coordinates: [from, to] }) ?? "";
  };
  return {
    countries: [...large, ...small].filter(({ outline }) => outline !== ""),
    land: large.map(({ outline }) => outline).join(""),
    width: WIDTH,
    height: HEIGHT,
    arc: (from, to) => {
      const key = from + to;
      if (!arcs.has(key)) arcs.set(key, draw(middleOf(from), middleOf(to)));
      return arcs.get(key) as string;
    },
  };
}

/** Lets the page draw, and hear the reader, before the next piece of work. */
function pause(): Promise<void> {
  return new Promise((resume) => setTimeout(resume));
}

/** Returns the largest part of a country, which has its middle: islands far away would draw it into the sea. */
function mainland(geometry: Geometry): Geometry {
  if (geometry.type !== "MultiPolygon") return geometry;
  const parts = geometry.coordinates.map((coordinates): Polygon => ({ type: "Polygon", coordinates }));
  return parts.reduce((largest, part) => (geoArea(part) > geoArea(largest) ? part : largest));
}
