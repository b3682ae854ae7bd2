// Generated: `make renew` renews it.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AlarmAnswer: {
            alarm: string;
            at_ms: number;
            /** @enum {string} */
            kind: "acknowledged" | "snoozed";
            until_ms?: number | null;
        };
        Checked: {
            because: string;
            because_in: {
                [key: string]: string;
            };
            figures: string[];
            /** @enum {string} */
            finding: "holds" | "contradiction" | "misreading" | "not checked";
            /** @enum {string} */
            kind: "sum" | "share" | "share of whole numbers" | "part" | "same" | "same day";
            name: string;
            said: string;
            values: (number | string | null)[];
        };
        Command: {
            applied_at: string | null;
            applied_at_ms: number | null;
            /** Format: date-time */
            asked_at: string;
            command: {
                /** @enum {unknown} */
                kind: "pause";
            } | {
                /** @enum {unknown} */
                kind: "resume";
            } | {
                /** @enum {unknown} */
                kind: "speed";
                speed: number | "max";
            } | {
                /** @enum {unknown} */
                kind: "stop";
            } | {
                disruption: {
                    /** @default 0 */
                    capacity_share: number;
                    /** @enum {unknown} */
                    kind: "platform_outage";
                    lasts_min: number;
                } | {
                    /** @enum {unknown} */
                    kind: "stream_failure";
                    lasts_min: number;
                    session: number;
                } | {
                    /** @enum {unknown} */
                    kind: "session_cancelled";
                    session: number;
                } | {
                    by_min: number;
                    /** @enum {unknown} */
                    kind: "session_delayed";
                    session: number;
                } | {
                    /** @enum {unknown} */
                    kind: "session_moved";
                    room: string;
                    session: number;
                } | {
                    gate: number;
                    /** @enum {unknown} */
                    kind: "lanes_closed";
                    lanes: number;
                    lasts_min: number;
                } | {
                    factor: number;
                    /** @enum {unknown} */
                    kind: "demand";
                    lasts_min: number;
                    /**
                     * @default online
                     * @enum {unknown}
                     */
                    of: "all" | "on_site" | "online";
                    /** @default all */
                    origin: string;
                } | {
                    /** @enum {unknown} */
                    kind: "staff_cut";
                    lasts_min: number;
                    /** @default all */
                    origin: string;
                    share: number;
                } | {
                    /** @enum {unknown} */
                    kind: "entry_cap";
                    lasts_min?: number | null;
                    people: number;
                } | {
                    /** @enum {unknown} */
                    kind: "borders_opened";
                    lasts_min?: number | null;
                    overseas_share: number;
                };
                /** @enum {unknown} */
                kind: "disrupt";
            } | {
                alarm: string;
                /** @enum {unknown} */
                kind: "acknowledge";
            } | {
                alarm: string;
                /** @default 30 */
                for_min: number;
                /** @enum {unknown} */
                kind: "snooze";
            };
            number: number;
            refused: string | null;
            run: string;
        };
        Comparison: {
            at_ms: number;
            evidence: components["schemas"]["Evidence"];
            headline: string;
            left_out: components["schemas"]["LeftOut"][];
            missing: string;
            position: number;
            rows: components["schemas"]["Row"][];
            run: string;
            sentences: components["schemas"]["Sentence"][];
        };
        Count: {
            came: number;
            measure: string;
            since_ms: number;
            usual: number;
            /** @enum {string} */
            way: "usual" | "more" | "fewer";
        };
        CountedBy: {
            as_reported: boolean;
            count: number;
            figure: string;
            meaning: string;
            meaning_in: {
                [key: string]: string;
            };
            ratio: number | null;
            reported: number | null;
            rule: string;
        };
        Course: {
            as_of: components["schemas"]["Moment"];
            gauges: {
                [key: string]: number[];
            };
            minutes: number[];
        };
        Disruption: {
            begun_ms: number;
            /** @enum {string} */
            cause: "scheduled" | "condition" | "injected";
            disruption: number;
            ended_ms: number | null;
            kind: string;
            /** @enum {string} */
            state: "active" | "ended";
            until_ms: number | null;
            what: {
                /** @default 0 */
                capacity_share: number;
                /** @enum {unknown} */
                kind: "platform_outage";
                lasts_min: number;
            } | {
                /** @enum {unknown} */
                kind: "stream_failure";
                lasts_min: number;
                session: number;
            } | {
                /** @enum {unknown} */
                kind: "session_cancelled";
                session: number;
            } | {
                by_min: number;
                /** @enum {unknown} */
                kind: "session_delayed";
                session: number;
            } | {
                /** @enum {unknown} */
                kind: "session_moved";
                room: string;
                session: number;
            } | {
                gate: number;
                /** @enum {unknown} */
                kind: "lanes_closed";
                lanes: number;
                lasts_min: number;
            } | {
                factor: number;
                /** @enum {unknown} */
                kind: "demand";
                lasts_min: number;
                /**
                 * @default online
                 * @enum {unknown}
                 */
                of: "all" | "on_site" | "online";
                /** @default all */
                origin: string;
            } | {
                /** @enum {unknown} */
                kind: "staff_cut";
                lasts_min: number;
                /** @default all */
                origin: string;
                share: number;
            } | {
                /** @enum {unknown} */
                kind: "entry_cap";
                lasts_min?: number | null;
                people: number;
            } | {
                /** @enum {unknown} */
                kind: "borders_opened";
                lasts_min?: number | null;
                overseas_share: number;
            };
        };
        Evidence: {
            agree: number;
            differ: number;
            held_out: number;
            is_thin: boolean;
            left_open: number;
        };
        Forecast: {
            expected: number;
            figure: string;
            high: number;
            low: number;
            measure: string;
            now: number;
            /** @default  */
            op: string;
            reported: number | null;
            share: number;
        };
        ForecastAnswer: {
            at_ms: number;
            level: number;
            notes: string[];
            position: number;
            rows: components["schemas"]["Forecast"][];
            run: string;
        };
        JsonValue: unknown;
        Lapses: {
            answered: number;
            answered_per_hour: {
                [key: string]: number;
            };
            lapse_share: number;
            lapsed: number;
            lapsed_per_hour: {
                [key: string]: number;
            };
            of: string;
            requested: number;
            requested_per_hour: {
                [key: string]: number;
            };
        };
        LeftOut: {
            figure: string;
            places: {
                [key: string]: string;
            };
            reason: string;
            why: string;
        };
        Matter: {
            alarm: string;
            answer: components["schemas"]["AlarmAnswer"] | null;
            eases_ms: number | null;
            since_ms: number;
            state: string;
            text: string;
            until_ms: number | null;
            where: string;
        };
        Moment: {
            at_ms: number;
            position: number;
        };
        Negotiation: {
            answered_ms: number | null;
            attempt: number;
            began_ms: number | null;
            economy: string;
            ended_ms: number | null;
            exhibitor: number;
            exhibitor_economy: string;
            exhibitor_kind: string;
            exhibitor_name: string;
            for_ms: number | null;
            negotiation: number;
            organisation: number;
            organisation_kind: string;
            organisation_name: string;
            organisation_sector: string;
            overseas: boolean;
            requested_ms: number;
            sector: string;
            state: ("waiting" | "declined" | "lapsed" | "arranged" | "missed" | "talking" | "failed") | ("no_deal" | "follow_up" | "intent");
            talked_ms: number | null;
            visit: number;
            waited_ms: number;
        };
        NegotiationHistory: {
            answered_ms: number | null;
            attempt: number;
            began_ms: number | null;
            economy: string;
            ended_ms: number | null;
            exhibitor: number;
            exhibitor_economy: string;
            exhibitor_kind: string;
            exhibitor_name: string;
            for_ms: number | null;
            history: components["schemas"]["Step"][];
            negotiation: number;
            of_visit: number[];
            organisation: number;
            organisation_kind: string;
            organisation_name: string;
            organisation_sector: string;
            overseas: boolean;
            requested_ms: number;
            sector: string;
            state: ("waiting" | "declined" | "lapsed" | "arranged" | "missed" | "talking" | "failed") | ("no_deal" | "follow_up" | "intent");
            talked_ms: number | null;
            visit: number;
            waited_ms: number;
        };
        Organisation: {
            delegates: number;
            economy: string;
            economy_rank: number;
            exhibits: boolean;
            kind: string;
            name: string;
            organisation: number;
            registered_ms: number;
            sector: string;
        };
        OutlookAnswer: {
            ahead_ms: number;
            at_ms: number;
            counts: components["schemas"]["Count"][];
            gates: components["schemas"]["Place"][];
            level: number;
            matters: components["schemas"]["Matter"][];
            position: number;
            run: string;
            waits: components["schemas"]["Waits"];
            zones: components["schemas"]["Place"][];
        };
        Place: {
            expected: number;
            high: number;
            low: number;
            name: string;
            now: number;
        };
        Row: {
            as_reported?: number | string | null;
            /** @default 0 */
            as_reported_rounding: number;
            at_ms?: number | null;
            /** @default  */
            caveat: string;
            figure: string;
            high?: number | null;
            /** @default false */
            is_plan: boolean;
            low?: number | null;
            measure: string;
            names?: {
                [key: string]: string;
            };
            op: string;
            ratio: number | null;
            reported: number | string | null;
            /** @enum {string} */
            role: "input" | "calibrated" | "held out" | "changed" | "recorded" | "emergent";
            /** @default 0 */
            rounding: number;
            simulated: number | string;
            /** @default  */
            source: string;
            unit: string;
            verdict?: ("given" | "agrees" | "differs" | "open") | null;
            z?: number | null;
        };
        RunSummary: {
            at_ms: number;
            /** Format: date-time */
            created_at: string;
            fault: string | null;
            has_player: boolean;
            head: number;
            id: string;
            replication: number;
            request: components["schemas"]["JsonValue"];
            scale: number;
            scenario: string;
            seed: number;
            silent_since: string | null;
            speed: number | "max" | null;
            /** @enum {string} */
            state: "running" | "paused" | "stopped" | "failed" | "ended";
            version: string;
        };
        ScenarioSummary: {
            name: string;
            question: string;
            title: string;
            /** @default {} */
            titles: {
                [key: string]: string;
            };
        };
        Sentence: {
            key: string;
            places: {
                [key: string]: number | string | string[];
            };
            text: string;
        };
        Session: {
            about: string;
            attended: number;
            cancelled_ms: number | null;
            capacity: number;
            closed_ms: number | null;
            counted: boolean;
            day: number;
            ends_ms: number;
            first_room: string;
            first_room_number: number | null;
            first_starts_ms: number;
            kind: string;
            /** @enum {string} */
            mode: "on_site" | "hybrid" | "online";
            number_of_kind: number | null;
            opened_ms: number | null;
            room: string;
            room_number: number | null;
            sector: string;
            session: number;
            starts_ms: number;
            /** @enum {string} */
            state: "scheduled" | "live" | "held" | "cancelled";
            streamed: boolean;
            title: string;
            turned_away: number;
        };
        SessionDetails: {
            about: string;
            attended: number;
            attended_per_minute: {
                [key: string]: number;
            };
            cancelled_ms: number | null;
            capacity: number;
            closed_ms: number | null;
            counted: boolean;
            day: number;
            ends_ms: number;
            first_room: string;
            first_room_number: number | null;
            first_starts_ms: number;
            kind: string;
            /** @enum {string} */
            mode: "on_site" | "hybrid" | "online";
            number_of_kind: number | null;
            opened_ms: number | null;
            room: string;
            room_number: number | null;
            sector: string;
            session: number;
            starts_ms: number;
            /** @enum {string} */
            state: "scheduled" | "live" | "held" | "cancelled";
            streamed: boolean;
            title: string;
            turned_away: number;
        };
        Step: {
            at_ms: number;
            said: {
                [key: string]: number | string | boolean | null;
            };
            type: string;
        };
        Stream: {
            ended_ms: number | null;
            refused: number;
            started_ms: number;
            /** @enum {string} */
            state: "live" | "ended";
            stream: number;
            title: string;
            viewers: number;
            viewers_peak: number;
            views: number;
            views_public: number;
            watched_h: number;
            watched_mean_s: number;
        };
        Waits: {
            longest_s: number;
            over_30min: number;
            usual_over_30min: number | null;
            where: string;
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
