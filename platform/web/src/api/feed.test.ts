import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Feed, type FeedState, type Watcher } from "./feed";

/** A WebSocket that a test opens, feeds and closes. */
class Socket {
  static readonly OPEN = 1;
  static made: Socket[] = [];
  readyState = Socket.OPEN;
  sent: unknown[] = [];
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly url: URL) {
    Socket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.onclose?.();
  }

  receive(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

interface Seen extends Watcher<unknown> {
  states: FeedState[];
  frames: [state: unknown, atMs: number][];
}

function watcher(refused: string | null = null): Seen {
  const seen: Seen = {
    states: [],
    frames: [],
    frame: (state, atMs, drawn) => {
      seen.frames.push([state, atMs]);
      drawn();
    },
    state: (state) => void seen.states.push(state),
    refused: async () => refused,
  };
  return seen;
}

const HELLO = { type: "hello" };
const SNAPSHOT = { type: "snapshot", frame: 0, at_ms: 1, state: { a: { x: 1, y: 2 } }, token: "t0" };

function latest(): Socket {
  return Socket.made.at(-1) as Socket;
}

function opened(seen: Seen): Feed<unknown> {
  const feed = new Feed("runs/r/live", seen);
  latest().receive(HELLO);
  latest().receive(SNAPSHOT);
  return feed;
}

beforeEach(() => {
  vi.useFakeTimers();
  Socket.made = [];
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("document", { baseURI: "http://desk.test/page/?view=venue" });
  vi.stubGlobal("sessionStorage", { getItem: () => null });
});
afterEach(() => {
  vi.useRealTimers();
});

test("frames add up, and each is acknowledged once it is drawn", () => {
  const seen = watcher();
  opened(seen);
  latest().receive({ type: "patch", from: 0, to: 1, at_ms: 2, patch: { a: { x: 5, y: null } }, token: "t1" });
  expect(String(latest().url)).toBe("ws://desk.test/page/runs/r/live");
  expect(seen.frames).toEqual([
    [{ a: { x: 1, y: 2 } }, 1],
    [{ a: { x: 5 } }, 2],
  ]);
  expect(latest().sent).toEqual([
    { type: "subscribe", rate_hz: 2, acknowledge: true },
    { type: "ack", frame: 0 },
    { type: "ack", frame: 1 },
  ]);
});

test("a patch that does not follow on the frame held leads to a new connection without a token", () => {
  const seen = watcher();
  opened(seen);
  latest().receive({ type: "patch", from: 7, to: 8, at_ms: 2, patch: {}, token: "t8" });
  vi.runOnlyPendingTimers();
  latest().receive(HELLO);
  expect(Socket.made).toHaveLength(2);
  expect(latest().sent).toEqual([{ type: "subscribe", rate_hz: 2, acknowledge: true }]);
  expect(seen.frames).toHaveLength(1);
});

test("a lost connection is resumed with the latest token", () => {
  const seen = watcher();
  opened(seen);
  latest().close();
  expect(seen.states.map(({ name }) => name)).toEqual(["connecting", "live", "lost"]);
  vi.runOnlyPendingTimers();
  latest().receive(HELLO);
  expect(latest().sent).toEqual([{ type: "subscribe", rate_hz: 2, resume: "t0", acknowledge: true }]);
});

test("a run that stands still is live as long as heartbeats say that there is nothing newer", () => {
  const seen = watcher();
  opened(seen);
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(2_000);
    latest().receive({ type: "heartbeat", lag_ms: {}, at_ms: 1 });
  }
  expect(seen.states.map(({ name }) => name)).toEqual(["connecting", "live"]);
  vi.advanceTimersByTime(5_000);
  expect(seen.states.at(-1)?.name).toBe("stale");
});

test("a frame older than two seconds is stale where a heartbeat says that the run has gone on", () => {
  const seen = watcher();
  opened(seen);
  vi.advanceTimersByTime(2_000);
  latest().receive({ type: "heartbeat", lag_ms: {}, at_ms: 60_001 });
  expect(seen.states.at(-1)?.name).toBe("stale");
});

test("a feed that cannot be opened is lost, and says since when", async () => {
  const seen = watcher();
  new Feed("runs/r/live", seen);
  latest().close();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen.states.map(({ name }) => name)).toEqual(["connecting", "lost"]);
  latest().receive(HELLO);
  latest().receive(SNAPSHOT);
  expect(seen.states.at(-1)?.name).toBe("live");
});

test("a feed that has ended does not connect again", () => {
  const seen = watcher();
  opened(seen);
  latest().receive({ type: "end" });
  latest().close();
  vi.runAllTimers();
  expect([Socket.made.length, seen.states.at(-1)]).toEqual([1, { name: "ended" }]);
});

test("a run that the backend can never read is given up with its reason", async () => {
  const seen = watcher("an event that this release does not know");
  new Feed("runs/r/live", seen);
  latest().close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen.states.at(-1)).toEqual({ name: "unreadable", why: "an event that this release does not know" });
  expect(Socket.made).toHaveLength(1);
});

test("attempts to connect come less and less often, at most five seconds apart", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  new Feed("runs/r/live", watcher());
  const pauses: number[] = [];
  for (let i = 0; i < 7; i++) {
    const before = Date.now();
    latest().close();
    await vi.advanceTimersToNextTimerAsync();
    pauses.push(Date.now() - before);
  }
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});
