// A live feed, of one run or of two: a WebSocket that reconnects by itself, and the state that its frames add up to.

import { subprotocols } from "./auth";
import type { components } from "./generated/asyncapi";
import { type Json, merged } from "./merge_patch";

type Schemas = components["schemas"];
type ServerMessage =
  | Schemas["Hello"]
  | Schemas["PairHello"]
  | Schemas["Snapshot"]
  | Schemas["Patch"]
  | Schemas["Heartbeat"]
  | Schemas["Playback"]
  | Schemas["Reset"]
  | Schemas["End"]
  | Schemas["PairEnd"];
/** What the page asks for beside the frames. */
export type Asked = Partial<Schemas["Subscribe"]>;
export type Move = Schemas["Seek"] | Schemas["Play"] | Schemas["Pause"];
export type Mode = Schemas["Playback"]["mode"];
/** How long the latest datum took on its way, in ms of wall time. */
export type Lags = Schemas["Lags"];

export type FeedState =
  | { name: "connecting" }
  | { name: "live" }
  | { name: "stale"; since: number }
  | { name: "lost"; since: number }
  | { name: "reset"; reason: string }
  | { name: "ended" }
  | { name: "unreadable"; why: string };

export interface Watcher<State> {
  /** A frame arrived. Call `drawn` once it is on the screen: the backend sends the next one only then. */
  frame(state: State, atMs: number, drawn: () => void): void;
  state(state: FeedState): void;
  heartbeat?(lags: Lags, headMs: number): void;
  /** The backend did not open the connection. Returns why it never will, or null where it may do so later. */
  refused?(): Promise<string | null>;
  /** The backend answered a move, or playing came to its end. */
  moved?(mode: Mode, atMs: number): void;
}

/** Nobody reads numbers that change more often, and the browser has to draw them. */
const RATE_HZ = 2;
/** A number that is older than this is called old, where the run has newer ones. */
const STALE_AFTER_MS = 2_000;
/** After so long without a frame or a heartbeat, which comes every two seconds, nobody knows whether it has. */
const UNHEARD_AFTER_MS = 5_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export class Feed<State> {
  #socket: WebSocket | null = null;
  #held: Json | null = null;
  #frame = -1;
  #atMs = 0;
  #isSubscribed = false;
  #token: string | null = null;
  #state: FeedState = { name: "connecting" };
  #newest = 0;
  #failures = 0;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #staleness: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly path: string,
    private readonly watcher: Watcher<State>,
    private readonly asked: () => Asked = () => ({}),
  ) {
    this.#connect();
  }

  /** Ends the feed for good; the watcher hears nothing more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#staleness);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  /** Sends a move through the run; returns whether there is a connection to send it on. */
  move(move: Move): boolean {
    if (this.#isSubscribed) this.#send(move);
    return this.#isSubscribed;
  }

  #connect(): void {
    if (this.#held === null && this.#state.name !== "lost") this.#change({ name: "connecting" });
    const url = new URL(this.path, document.baseURI);
    url.protocol = url.protocol.replace("http", "ws");
    url.search = "";
    const socket = new WebSocket(url, subprotocols());
    this.#socket = socket;
    socket.onmessage = (message: MessageEvent<string>) => {
      if (socket === this.#socket) this.#handle(JSON.parse(message.data) as ServerMessage);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#reconnect();
    };
  }

  #reconnect(): void {
    const wasOpen = this.#isSubscribed;
    this.#socket = null;
    this.#isSubscribed = false;
    clearTimeout(this.#staleness);
    if (this.#state.name === "ended") return;
    if (this.#held !== null) this.#lose();
    if (wasOpen || !this.watcher.refused) return this.#connectLater();
    void this.watcher.refused().then((why) => this.#giveUpOrRetry(why));
  }

  /** Gives up where the backend will never open the connection, else tries again. */
  #giveUpOrRetry(why: string | null): void {
    if (this.#isClosed) return;
    if (why === null) return this.#connectLater();
    this.close();
    this.#change({ name: "unreadable", why });
  }

  #lose(): void {
    if (this.#state.name !== "lost") this.#change({ name: "lost", since: this.#newest || Date.now() });
  }

  #connectLater(): void {
    this.#lose();
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#connect(), pause * (0.75 + Math.random() / 2));
  }

  #handle(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
        return this.#subscribe();
      case "snapshot":
        this.#held = message.state as Json;
        return this.#take(message.frame, message.at_ms, message.token);
      case "patch":
        if (this.#held === null || message.from !== this.#frame) return this.#startOver();
        this.#held = merged(this.#held, message.patch as Json);
        return this.#take(message.to, message.at_ms, message.token);
      case "reset":
        this.#token = null;
        return this.#change({ name: "reset", reason: message.reason });
      case "end":
        clearTimeout(this.#staleness);
        return this.#change({ name: "ended" });
      case "heartbeat":
        this.#compare(message.at_ms);
        return this.watcher.heartbeat?.(message.lag_ms, message.at_ms);
      case "playback":
        return this.watcher.moved?.(message.mode, message.at_ms);
    }
  }

  #subscribe(): void {
    this.#isSubscribed = true;
    this.#send({
      type: "subscribe",
      rate_hz: RATE_HZ,
      ...(this.#token ? { resume: this.#token } : {}),
      ...this.asked(),
      acknowledge: true,
    });
  }

  #take(frame: number, atMs: number, token: string): void {
    this.#frame = frame;
    this.#atMs = atMs;
    this.#token = token;
    this.#newest = Date.now();
    this.#failures = 0;
    this.#beCurrent();
    this.watcher.frame(this.#held as State, atMs, () => this.#send({ type: "ack", frame }));
  }

  /** Takes a heartbeat: where the run has come no further than the frame held, no news is no fault. */
  #compare(headMs: number): void {
    if (this.#held === null) return;
    if (headMs <= this.#atMs) this.#beCurrent();
    else if (Date.now() - this.#newest >= STALE_AFTER_MS) this.#change({ name: "stale", since: this.#newest });
  }

  #beCurrent(): void {
    clearTimeout(this.#staleness);
    this.#staleness = setTimeout(() => this.#change({ name: "stale", since: this.#newest }), UNHEARD_AFTER_MS);
    this.#change({ name: "live" });
  }

  /** Connects anew for a whole snapshot: a patch arrived that does not follow on what is held. */
  #startOver(): void {
    this.#token = null;
    this.#socket?.close();
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #change(state: FeedState): void {
    if (state.name === "live" && this.#state.name === "live") return;
    this.#state = state;
    this.watcher.state(state);
  }
}
