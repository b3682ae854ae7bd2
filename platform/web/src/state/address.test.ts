import { expect, test, vi } from "vitest";
import { showZone } from "../text/clock";
import { addressOf, atOf, msOf, type Place, placeOf } from "./address";

const EPOCH = "2020-09-04T00:00:00+08:00";
const EPOCH_MS = Date.parse(EPOCH);
const LIVE: Place = {
  run: null,
  view: "overview",
  at: null,
  misread: null,
  speed: null,
  day: false,
  pick: null,
  wall: false,
};

test.each<[string, Partial<Place>]>([
  ["", {}],
  ["?run=ciftis2020-s7", { run: "ciftis2020-s7" }],
  ["?view=negotiations&pick=DE", { view: "negotiations", pick: "DE" }],
  ["?at=2020-09-06T12:00:00&speed=600&span=day", { at: "2020-09-06T12:00:00", speed: 600, day: true }],
])("%s is a place, and back", (search, changes) => {
  vi.stubGlobal("location", { pathname: "/page/" });
  const place = { ...LIVE, ...changes };
  expect(placeOf(search)).toEqual(place);
  expect(addressOf(place)).toBe(search || "/page/");
});

test.each<[string, number]>([
  ["1e6", 100_000],
  ["Infinity", 100_000],
  ["1e-9", 0.1],
  ["0.5", 0.5],
])("a speed of %s is played at %d: the backend refuses others", (speed, played) => {
  expect(placeOf(`?at=2020-09-06T12:00:00&speed=${speed}`).speed).toBe(played);
});

test.each(["?view=garden", "?at=garbage", "?speed=600", "?at=garbage&speed=600", "?speed=-1"])(
  "%s is the overview, live: what the page does not know is left out",
  (search) => {
    const misread = search.includes("garbage") ? "garbage" : null;
    expect(placeOf(search)).toEqual({ ...LIVE, misread });
  },
);

test("an address holds the fair's own date and time", () => {
  showZone("Asia/Shanghai", EPOCH);
  expect(atOf(60 * 3_600_000, EPOCH_MS)).toBe("2020-09-06T12:00:00");
  expect(msOf("2020-09-06T12:00:00", EPOCH_MS)).toBe(60 * 3_600_000);
  expect(msOf("2020-09-03T12:00:00", EPOCH_MS)).toBe(0);
});
