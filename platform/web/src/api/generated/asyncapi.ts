// Generated: `make renew` renews it.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Ack: {
            frame: number;
            /** @enum {unknown} */
            type: "ack";
        };
        End: {
            digest: string;
            position: number;
            /** @enum {unknown} */
            type: "end";
        };
        Heartbeat: {
            at_ms: number;
            lag_ms: components["schemas"]["Lags"];
            position: number;
            /** @enum {unknown} */
            type: "heartbeat";
            wall: string;
        };
        Hello: {
            at_ms: number;
            feed: string;
            head: number;
            protocol: number;
            run: string;
            /** @enum {unknown} */
            type: "hello";
            wall: string;
        };
        Lags: {
            fold_to_socket: number;
            intake_to_fold: number;
            model_to_intake: number | null;
        };
        Live: {
            /** @enum {unknown} */
            type: "live";
        };
        PairEnd: {
            a: string;
            b: string;
            position: number;
            /** @enum {unknown} */
            type: "end";
        };
        PairHello: {
            a: string;
            at_ms: number;
            b: string;
            feed: string;
            protocol: number;
            /** @enum {unknown} */
            type: "hello";
            wall: string;
        };
        Patch: {
            at_ms: number;
            from: number;
            merged: number;
            patch: Record<string, never>;
            position: number;
            to: number;
            token: string;
            /** @enum {unknown} */
            type: "patch";
        };
        Pause: {
            /** @enum {unknown} */
            type: "pause";
        };
        Play: {
            speed: number;
            /** @enum {unknown} */
            type: "play";
        };
        Playback: {
            at_ms: number;
            /** @enum {unknown} */
            mode: "live" | "paused" | "playing";
            speed: number | null;
            /** @enum {unknown} */
            type: "playback";
        };
        Reset: {
            reason: string;
            /** @enum {unknown} */
            type: "reset";
        };
        Seek: {
            at_ms: number;
            /** @enum {unknown} */
            type: "seek";
        };
        Snapshot: {
            at_ms: number;
            frame: number;
            position: number;
            state: Record<string, never>;
            token: string;
            /** @enum {unknown} */
            type: "snapshot";
        };
        Step: {
            /** @default 1 */
            events: number;
            /** @enum {unknown} */
            type: "step";
        };
        Subscribe: {
            /** @default false */
            acknowledge: boolean;
            /** @default null */
            at_ms: number | null;
            /** @default [] */
            parts: string[];
            /** @default 5 */
            rate_hz: number;
            /** @default null */
            resume: string | null;
            /** @default null */
            speed: number | null;
            /** @enum {unknown} */
            type: "subscribe";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
