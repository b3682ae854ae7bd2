import { beforeEach, expect, test, vi } from "vitest";
import type { Watcher } from "../api/feed";
import type { Snapshot } from "./snapshot";

type Asked = { path: string; answer: (body: unknown) => Promise<unknown> };

const world = vi.hoisted(() => ({ asked: [] as Asked[], opened: [] as { path: string; watcher: unknown }[] }));

vi.mock("../api/http", () => {
  const get = (path: string) =>
    new Promise((answered) => {
      const answer = (body: unknown): Promise<unknown> => {
        answered(body);
        return vi.advanceTimersByTimeAsync(0);
      };
      world.asked.push({ path, answer });
    });
  return { get, getOrAbsent: get, faultOf: async () => null, whenLocked: () => {} };
});
vi.mock("../api/feed", () => ({
  Feed: class {
    constructor(path: string, watcher: unknown) {
      world.opened.push({ path, watcher });
    }
    close(): void {}
  },
}));

const DURATION_MS = 36 * 3_600_000;
const RUNS = ["a", "b"].map((id) => ({ id, scenario: id, state: "ended", created_at: "2026-01-01" }));

/** Returns the page's state, and a way to wait for its next drawing. */
async function begun(search = "?run=a") {
  vi.stubGlobal("location", { search, pathname: "/" });
  vi.stubGlobal("history", { pushState: () => {} });
  vi.stubGlobal("localStorage", { getItem: () => null });
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, 1));
  const { store } = await import("./store");
  const { followRuns } = await import("./watching");
  const { chooseRun } = await import("./actions");
  followRuns();
  await asked("runs").answer([...RUNS]);
  const choose = (run: string): Promise<unknown> => {
    chooseRun(run);
    return vi.advanceTimersByTimeAsync(1);
  };
  return { store, choose };
}

/** Returns the oldest request at a path that has no answer yet. */
function asked(path: string): Asked {
  const place = world.asked.findIndex((each) => each.path === path);
  expect(world.asked.map((each) => each.path)).toContain(path);
  return world.asked.splice(place, 1)[0] as Asked;
}

/** Brings a frame of a run on the feed that was opened last, or another one. */
function frame(run: string, opened = world.opened.at(-1), atMs = 1): Promise<unknown> {
  const { path, watcher } = opened as { path: string; watcher: Watcher<Snapshot> };
  expect(path).toBe(`runs/${run}/live`);
  const epoch = "2020-09-04T00:00:00+08:00";
  const about = {
    scenario: run,
    seed: 7,
    scale: 1,
    epoch,
    time_zone: "",
    duration_ms: DURATION_MS,
    phase: "open",
  } as const;
  watcher.frame({ run: about }, atMs, () => {});
  return vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.resetModules();
  vi.useFakeTimers();
  world.asked.length = world.opened.length = 0;
});

test("what comes late of the run before is not shown as the run that is watched now", async () => {
  const { store, choose } = await begun();
  await frame("a");
  await choose("b");
  await frame("b");
  await asked("runs/a/fair").answer({ fair: null });
  expect([store.page.watched, store.page.snapshot]).toEqual(["b", null]);
  await asked("runs/b/fair").answer({ fair: null });
  expect(store.page.snapshot?.run.scenario).toBe("b");
});

test("a known run is watched as soon as the address names it, and its fair is asked for once", async () => {
  const { store, choose } = await begun();
  await choose("b");
  expect([store.page.watched, store.page.snapshot]).toEqual(["b", null]); // the list was not asked for yet
  await frame("b");
  await frame("b");
  expect(world.asked.filter(({ path }) => path === "runs/b/fair")).toHaveLength(1);
});

test("a list of runs that is older than the choice of a run does not undo it", async () => {
  const { store, choose } = await begun();
  await vi.advanceTimersByTimeAsync(2_000);
  await choose("new");
  await asked("runs").answer([...RUNS]);
  expect(store.page.watched).toBe("a");
  await asked("runs").answer([...RUNS, { ...RUNS[0], id: "new" }]);
  expect(store.page.watched).toBe("new");
});

test("a fair that the backend did not describe is drawn without its names, and asked for again", async () => {
  const { store } = await begun();
  await frame("a");
  await asked("runs/a/fair").answer(null);
  expect(store.page.snapshot?.run.scenario).toBe("a");
  await vi.advanceTimersByTimeAsync(2_000);
  const { fair } = await import("../text/fair");
  const described = { key: "a", sectors: [], zones: [], zone_kinds: [], session_kinds: [], organisation_kinds: [] };
  await asked("runs/a/fair").answer({ fair: { ...described, occasions: [], badges: [], gates: [], rooms: [] } });
  expect(fair().key).toBe("a");
});

test("the past of a run is asked for while that of the run before is on its way, and again where it did not come", async () => {
  const { choose } = await begun();
  const past = async (run: string): Promise<Asked> => {
    await asked(`runs/${run}/fair`).answer({ fair: null });
    for (const path of ["comparison", "sessions?limit=500", "disruptions?limit=200", "forecast", "outlook"]) {
      await asked(`runs/${run}/${path}`).answer(null);
    }
    return asked(`runs/${run}/course?since=0`);
  };
  await frame("a");
  await past("a");
  await choose("b");
  await frame("b");
  await (await past("b")).answer(null);
  await vi.advanceTimersByTimeAsync(2_000);
  asked("runs/b/course?since=0");
});

test("the minutes that frames left out are asked for, every two seconds at most, and none while frames leave none out", async () => {
  await begun();
  const past = (since: number) => asked(`runs/a/course?since=${since}`);
  const answerAll = async (): Promise<void> => {
    for (const { path } of world.asked.filter((each) => !each.path.includes("course"))) {
      await asked(path).answer(path === "runs" ? [...RUNS] : null);
    }
  };
  /** Plays for ten seconds, two frames a second, and returns how often the past was asked for. */
  const played = async (fromMs: number, stepMs: number): Promise<number> => {
    let requests = 0;
    for (let half = 1; half <= 20; half++) {
      await frame("a", undefined, fromMs + half * stepMs);
      await vi.advanceTimersByTimeAsync(500);
      await answerAll();
      const course = world.asked.find((each) => each.path.includes("course"));
      if (!course) continue;
      requests++;
      await asked(course.path).answer({ as_of: { at_ms: fromMs + half * stepMs }, minutes: [], gauges: {} });
    }
    return requests;
  };
  await frame("a");
  await answerAll(); // which fair it is
  await answerAll();
  await past(0).answer({ as_of: { at_ms: 1 }, minutes: [], gauges: {} });
  await played(0, 100); // what the first look asks for comes to an end
  expect(await played(2_000, 29_000)).toBe(0);
  expect(await played(600_000, 1_800_000)).toBe(5);
  await frame("a", undefined, 60_000_000); // the connection was lost meanwhile
  await vi.advanceTimersByTimeAsync(2_000);
  await answerAll();
  past(600_000 + 36_000_000);
});

test("an answer of a later moment than the clock shows waits for the frame of that moment", async () => {
  const { store } = await begun();
  await frame("a", undefined, 60_000);
  await asked("runs/a/fair").answer({ fair: null });
  await asked("runs/a/forecast").answer({ at_ms: 540_000 });
  expect(store.page.answers.forecast).toBeUndefined();
  await frame("a", undefined, 600_000);
  await vi.advanceTimersByTimeAsync(2);
  expect(store.page.answers.forecast).toEqual({ at_ms: 540_000 });
});

test("playback of the run before ends with the choice of another one", async () => {
  const { store } = await begun("?run=a&at=2020-09-04T10:00&speed=60");
  const { followPlayback } = await import("./playback");
  followPlayback();
  await frame("a");
  await asked("runs/a/fair").answer({ fair: null });
  await vi.advanceTimersByTimeAsync(1);
  const playback = world.opened.at(-1);
  expect(world.opened).toHaveLength(2);
  const { go } = await import("./actions");
  go({ run: "b" });
  await vi.advanceTimersByTimeAsync(1);
  await frame("a", playback);
  expect([store.page.watched, store.page.snapshot]).toEqual(["b", null]);
});

test("the page says that it plays once a frame of the moment asked for is there", async () => {
  const { store } = await begun("?run=a&at=2020-09-04T10:00&speed=60");
  const { followPlayback } = await import("./playback");
  const { standingOf } = await import("./standing");
  followPlayback();
  await frame("a");
  const { watcher } = world.opened[0] as { watcher: Watcher<Snapshot> };
  watcher.state({ name: "live" });
  await asked("runs/a/fair").answer({ fair: null });
  await vi.advanceTimersByTimeAsync(1);
  expect(standingOf(store.page)).toBe("seeking");
  await frame("a");
  expect(standingOf(store.page)).toBe("playing");
});
