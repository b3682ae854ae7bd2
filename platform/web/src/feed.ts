// A live feed, of one run or of two: a socket that is kept open, and the state that its frames add up to.

import { subprotocols } from "./token";

export type FeedState =
  | { name: "connecting" }
  | { name: "live" }
  | { name: "stale"; since: number }
  | { name: "lost"; since: number }
  | { name: "reset"; reason: string }
  | { name: "ended" }
  | { name: "unreadable"; why: string };

export interface Watcher<State> {
  /** A frame came; call `drawn` once it is on the screen, for the next is sent only then. */
  frame(state: State, atMs: number, drawn: () => void): void;
  state(state: FeedState): void;
  /** How long the latest datum took on its way, and how far the run has come. */
  heartbeat?(lags: Lags, atMs: number): void;
  /** The backend did not open the connection; returns why it never will, or null where it may yet. */
  refused?(): Promise<string | null>;
  /** A move was answered, or playing came to its end. */
  moved?(mode: "live" | "playing" | "paused", atMs: number): void;
}

/** In ms of wall time; see `Lags` in cloudfair.messages. */
export interface Lags {
  model_to_intake: number | null;
  intake_to_fold: number;
  fold_to_socket: number;
}

type Message =
  | { type: "hello"; protocol: number; epoch: string; at_ms: number; wall: string }
  | { type: "snapshot"; frame: number; position: number; at_ms: number; state: Json; token: string }
  | { type: "patch"; from: number; to: number; position: number; at_ms: number; patch: Json; merged: number; token: string }
  | { type: "heartbeat"; wall: string; at_ms: number; position: number; lag_ms: Lags }
  | { type: "playback"; mode: "live" | "playing" | "paused"; at_ms: number }
  | { type: "reset"; reason: string }
  | { type: "end"; position: number };

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** What changes more often than this nobody reads, and the browser has to draw. */
const RATE_HZ = 2;
const STALE_AFTER_MS = 2_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export class Feed<State> {
  #socket: WebSocket | null = null;
  #held: Json | null = null;
  #frame = -1;
  #isSubscribed = false;
  #token: string | null = null;
  #state: FeedState = { name: "connecting" };
  #newest = 0;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #staleness: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly path: string,
    private readonly watcher: Watcher<State>,
    /** What is asked for beside the frames, each time the connection is made. */
    private readonly asked: () => object = () => ({}),
  ) {
    this.#connect();
  }

  /** Ends the feed for good; nothing more is told of it. */
  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#staleness);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** Says how to move through the run; returns whether there is a connection to say it on. */
  say(move: object): boolean {
    if (this.#isSubscribed) this.#send(move);
    return this.#isSubscribed;
  }

  #connect(): void {
    if (this.#held === null) this.#tell({ name: "connecting" });
    const url = new URL(this.path, document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    url.search = "";
    const socket = new WebSocket(url, subprotocols());
    this.#socket = socket;
    socket.onmessage = (message: MessageEvent<string>) => {
      if (socket === this.#socket) this.#take(JSON.parse(message.data) as Message);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#closed();
    };
  }

  #closed(): void {
    const wasOpen = this.#isSubscribed;
    this.#socket = null;
    this.#isSubscribed = false;
    clearTimeout(this.#staleness);
    if (this.#state.name === "ended") return;
    if (this.#held !== null && this.#state.name !== "lost") this.#tell({ name: "lost", since: this.#newest });
    if (!wasOpen) void this.#wonder();
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#connect(), pause * (0.75 + Math.random() / 2));
  }

  /** Asks why the connection was not opened, and gives up where it never will be. */
  async #wonder(): Promise<void> {
    const why = await this.watcher.refused?.();
    if (why == null) return;
    this.close();
    this.#tell({ name: "unreadable", why });
  }

  #take(message: Message): void {
    switch (message.type) {
      case "hello":
        this.#isSubscribed = true;
        return this.#send({
          type: "subscribe",
          rate_hz: RATE_HZ,
          ...(this.#token ? { resume: this.#token } : {}),
          ...this.asked(),
          acknowledge: true,
        });
      case "snapshot":
        this.#held = message.state;
        return this.#took(message.frame, message.at_ms, message.token);
      case "patch":
        if (this.#held === null || message.from !== this.#frame) return this.#startOver();
        this.#held = merged(this.#held, message.patch);
        return this.#took(message.to, message.at_ms, message.token);
      case "reset":
        this.#token = null;
        return this.#tell({ name: "reset", reason: message.reason });
      case "end":
        clearTimeout(this.#staleness);
        return this.#tell({ name: "ended" });
      case "heartbeat":
        // says that the connection stands, not that the numbers are new
        return this.watcher.heartbeat?.(message.lag_ms, message.at_ms);
      case "playback":
        return this.watcher.moved?.(message.mode, message.at_ms);
    }
  }

  #took(frame: number, atMs: number, token: string): void {
    this.#frame = frame;
    this.#token = token;
    this.#newest = Date.now();
    this.#failures = 0;
    clearTimeout(this.#staleness);
    this.#staleness = setTimeout(() => this.#tell({ name: "stale", since: this.#newest }), STALE_AFTER_MS);
    this.#tell({ name: "live" });
    this.watcher.frame(this.#held as State, atMs, () => this.#send({ type: "ack", frame }));
  }

  /** Asks for a new snapshot: a patch came that does not follow on what is held. */
  #startOver(): void {
    this.#token = null;
    this.#socket?.close();
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #tell(state: FeedState): void {
    if (state.name === "live" && this.#state.name === "live") return;
    this.#state = state;
    this.watcher.state(state);
  }
}

/** Returns `target` with an RFC 7396 merge patch applied; what the patch does not name is shared, not copied. */
export function merged(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: { [name: string]: Json } = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
