// The shapes of the backend's answers, by the names that the page uses. They are made from its OpenAPI document.

import type { components } from "./generated/openapi";

type Schemas = components["schemas"];
/** An answer has all its fields: the document marks those with a default as optional. */
type Answer<Name extends keyof Schemas> = Required<Schemas[Name]>;

/** A run; its seed is text where a number could not hold it. */
export type Run = Omit<Answer<"RunSummary">, "seed" | "replication"> & Record<"seed" | "replication", number | string>;
export type Row = Answer<"Row">;
export type Role = Row["role"];
export type Verdict = NonNullable<Row["verdict"]>;
export type HeadlineSentence = Answer<"Sentence">;
export type Comparison = Omit<Answer<"Comparison">, "rows"> & { rows: Row[] };
export type Course = Answer<"Course">;
export type Session = Answer<"Session">;
export type SessionDetails = Answer<"SessionDetails">;
export type Registered = Answer<"Organisation">;
export type Stream = Answer<"Stream">;
export type Negotiation = Answer<"Negotiation">;
export type History = Answer<"NegotiationHistory">;
export type Step = Answer<"Step">;
export type Lapses = Answer<"Lapses">;
export type Forecast = Answer<"Forecast">;
export type Forecasts = Omit<Answer<"ForecastAnswer">, "rows"> & { rows: Forecast[] };
export type Outlook = Answer<"OutlookAnswer">;
export type Check = Answer<"Checked">;
export type Counted = Answer<"CountedBy">;
export type Scenario = Answer<"ScenarioSummary">;
/** A disruption as it is injected: its kind, and fields that depend on it. */
export type What = { kind: string; [name: string]: unknown };
export type Disruption = Omit<Answer<"Disruption">, "what"> & { what: What };
/** A command of an operator; `applied_at_ms` is null while it waits for the run. */
export type Command = Omit<Answer<"Command">, "command"> & { command: { kind: string } & Record<string, unknown> };
