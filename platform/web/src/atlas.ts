// The outlines of the world's countries, drawn once: d3-geo and the atlas are fetched when a map is first looked at.

import { geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import source from "world-atlas/countries-110m.json?url";
import { LETTERS, SMALL } from "./countries";

export const WIDTH = 800;
export const HEIGHT = 380;

export interface Country {
  code: string;
  /** The path of its outline; of a small one a dot stands for it. */
  outline: string;
}

const ANTARCTICA = "AQ";

/** Fetches the atlas and returns every country on the map. */
export async function countries(): Promise<Country[]> {
  const atlas = (await (await fetch(source)).json()) as Topology<{ countries: GeometryCollection }>;
  const shapes = feature(atlas, atlas.objects.countries).features;
  const drawn = shapes.filter((shape) => LETTERS.get(String(shape.id)) !== ANTARCTICA);
  const projection = geoEqualEarth().rotate([-150, 0]); // the Pacific in the middle, as maps in China have it
  projection.fitSize([WIDTH, HEIGHT], { type: "FeatureCollection", features: drawn });
  const path = geoPath(projection).digits(1);
  const large = drawn.map((shape) => ({ code: LETTERS.get(String(shape.id)) ?? "", outline: path(shape) ?? "" }));
  const small = Object.entries(SMALL).map(([code, [longitude, latitude]]) => {
    const outline = path.pointRadius(3)({ type: "Point", coordinates: [longitude, latitude] }) ?? "";
    return { code, outline };
  });
  return [...large, ...small].filter(({ outline }) => outline !== "");
}
