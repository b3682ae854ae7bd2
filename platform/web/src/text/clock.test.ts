import { beforeEach, expect, test } from "vitest";
import {
  asAddress,
  DAY_MS,
  date,
  dayOf,
  fromAddress,
  HOUR_MS,
  hourAt,
  hourOfDay,
  midnightBefore,
  midnightOf,
  midnights,
  moment,
  shortDay,
  showZone,
  zone,
} from "./clock";

const EPOCH = "2020-09-04T00:00:00+08:00";
const AT = Date.parse("2020-09-05T14:30:00+08:00");
/** The clocks of New York leap from 2:00 to 3:00 on 14 March 2021. */
const NEW_YORK = "2021-03-12T00:00:00-05:00";

beforeEach(() => showZone("Asia/Shanghai", EPOCH));

test("a moment of the fair is in its time zone, in the order of the language", () => {
  expect(moment("en", AT)).toBe("Sat 5 Sep 14:30");
  expect(moment("zh", AT)).toBe("9月5日\u00a0周六 14:30");
  expect([date("en", AT), shortDay("en", AT), shortDay("zh", AT)]).toEqual(["Sat 5 Sep", "Sat 5", "5日\u00a0周六"]);
  expect(hourOfDay("en", AT)).toBe("Sat 5 Sep 14:30–15:30");
});

test("midnights are those of the fair, not of the reader", () => {
  const midnight = Date.parse("2020-09-05T00:00:00+08:00");
  expect(midnightBefore(AT)).toBe(midnight);
  expect(midnights(AT - DAY_MS, AT + DAY_MS)).toEqual([midnight, midnight + DAY_MS]);
  expect(midnights(midnight, midnight)).toEqual([midnight]);
});

test("an address holds a moment to the second, and nothing else is one", () => {
  expect(asAddress(AT)).toBe("2020-09-05T14:30:00");
  expect(fromAddress(asAddress(AT))).toBe(AT);
  expect(fromAddress("garbage")).toBeNull();
});

test("a day on which the clocks leap has 23 hours", () => {
  showZone("America/New_York", NEW_YORK);
  const epochMs = Date.parse(NEW_YORK);
  const begins = midnights(epochMs, epochMs + 5 * DAY_MS).map((ms) => (ms - epochMs) / HOUR_MS);
  expect(begins).toEqual([0, 24, 48, 71, 95, 119]);
  expect(midnightOf(epochMs, 3)).toBe(epochMs + 71 * HOUR_MS);
  expect([dayOf(epochMs, epochMs + 71 * HOUR_MS - 1), dayOf(epochMs, epochMs + 71 * HOUR_MS)]).toEqual([2, 3]);
  expect(moment("en", hourAt(epochMs + 50 * HOUR_MS, 9))).toBe("Sun 14 Mar 09:00");
  expect([zone(epochMs), zone(epochMs + 4 * DAY_MS)]).toEqual(["UTC−5", "UTC−4"]);
});

test("a time that the clocks leap over is that after the leap; of one that they show twice, it is the first", () => {
  showZone("America/New_York", NEW_YORK);
  expect(fromAddress("2021-03-14T02:30:00")).toBe(Date.parse("2021-03-14T03:30:00-04:00"));
  expect(fromAddress("2021-11-07T01:30:00")).toBe(Date.parse("2021-11-07T01:30:00-04:00"));
  expect(fromAddress("2021-11-07T02:30:00")).toBe(Date.parse("2021-11-07T02:30:00-05:00"));
});

test("an address tells apart the two moments of an hour that the clocks show twice", () => {
  showZone("Europe/Berlin", "2027-10-30T00:00:00+02:00");
  const moments = ["02:59:59+02:00", "02:00:00+01:00", "02:30:00+01:00"].map((time) => `2027-10-31T${time}`);
  expect(moments.map((written) => asAddress(Date.parse(written)))).toEqual(moments);
  expect(moments.map(fromAddress)).toEqual(moments.map((written) => Date.parse(written)));
  expect(["01:59:59+02:00", "03:00:00+01:00"].map((time) => asAddress(Date.parse(`2027-10-31T${time}`)))).toEqual([
    "2027-10-31T01:59:59",
    "2027-10-31T03:00:00",
  ]);
});

test("an address may name an offset anywhere, with a plus as people type it", () => {
  expect(fromAddress("2020-09-05T14:30:00+08:00")).toBe(AT);
  expect(fromAddress("2020-09-05T06:30Z")).toBe(AT);
  expect(fromAddress("2020-09-05T14:30 08:00")).toBe(AT);
  expect(fromAddress("2020-09-05T14:30+99:99")).toBeNull();
});

test("without a name of its zone, a fair has the offset of its epoch", () => {
  showZone("", "2020-09-04T00:00:00+05:30");
  expect(moment("en", Date.parse("2020-09-04T00:00:00+05:30"))).toBe("Fri 4 Sep 00:00");
  expect(zone(AT)).toBe("UTC+5:30");
});
