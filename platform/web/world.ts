// Draws the countries of the world when the page is built: doing so in the browser took 12 MB of its memory and 50 ms.

import { geoArea, geoCentroid, geoEqualEarth, geoPath } from "d3-geo";
import type { Geometry, Polygon } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import source from "world-atlas/countries-110m.json" with { type: "json" };
import type { Country, Place, World } from "./src/maps/atlas";
import { LETTERS, SMALL } from "./src/maps/countries";

const WIDTH = 800;
const HEIGHT = 380;
/** The Pacific lies in the middle, as maps in China have it. */
const ROTATED_BY = -150;
const ANTARCTICA = "AQ";
const SMALL_RADIUS = 3;

/** Returns the outline and the middle of every country but Antarctica; of a small one a dot stands for it. */
export function drawWorld(): World {
  const atlas = source as unknown as Topology<{ countries: GeometryCollection }>;
  const shapes = feature(atlas, atlas.objects.countries).features;
  const drawn = shapes.filter((shape) => LETTERS.get(String(shape.id)) !== ANTARCTICA);
  const projection = geoEqualEarth().rotate([ROTATED_BY, 0]);
  projection.fitSize([WIDTH, HEIGHT], { type: "FeatureCollection", features: drawn });
  const path = geoPath(projection).digits(1).pointRadius(SMALL_RADIUS);
  const large = drawn.map((shape): Country => {
    const code = LETTERS.get(String(shape.id)) ?? "";
    return { code, outline: path(shape) ?? "", middle: SMALL[code] ?? rounded(geoCentroid(mainland(shape.geometry))) };
  });
  const small = Object.entries(SMALL).map(([code, middle]): Country => {
    return { code, outline: path({ type: "Point", coordinates: [...middle] }) ?? "", middle };
  });
  return {
    countries: [...large, ...small].filter(({ outline }) => outline !== ""),
    width: WIDTH,
    height: HEIGHT,
    projection: { rotatedBy: ROTATED_BY, scale: projection.scale(), translate: projection.translate() },
  };
}

function rounded([longitude, latitude]: [number, number]): Place {
  return [Number(longitude.toFixed(2)), Number(latitude.toFixed(2))];
}

/** Returns the largest part of a country, which has its middle: islands far away would draw it into the sea. */
function mainland(geometry: Geometry): Geometry {
  if (geometry.type !== "MultiPolygon") return geometry;
  const parts = geometry.coordinates.map((coordinates): Polygon => ({ type: "Polygon", coordinates }));
  return parts.reduce((largest, part) => (geoArea(part) > geoArea(largest) ? part : largest));
}
