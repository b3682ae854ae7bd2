// What the backend says over HTTP.

import { bearing } from "./token";

export interface Run {
  id: string;
  scenario: string;
  seed: number;
  scale: number;
  state: "running" | "paused" | "stopped" | "failed" | "ended";
  /** Simulated seconds a second, or `max`; null when the run is not played, or its player does not say. */
  speed: number | "max" | null;
  /** Why nobody plays the run any more. */
  fault: string | null;
  /** When the player of a run that is to be played was last heard of, where that is long ago. */
  silent_since: string | null;
  head: number;
  at_ms: number;
  created_at: string;
}

export type Role = "input" | "calibrated" | "held out" | "emergent";
export type Verdict = "given" | "agrees" | "differs" | "open";

export interface Row {
  figure: string;
  op: "=" | ">" | "<" | "~";
  unit: string;
  /** Null where nothing was reported. */
  reported: number | string | null;
  simulated: number | string;
  ratio: number | null;
  /** Half of the last printed place of what was reported, at the scale of the run. */
  rounding: number;
  role: Role;
  measure: string;
  /** Where one more fair falls with 95 % probability; null of one run. */
  low: number | null;
  high: number | null;
  verdict: Verdict | null;
}

const PATIENCE_MS = 5_000;

/** Returns all runs, the newest first; null where the backend does not answer. */
export async function listRuns(): Promise<Run[] | null> {
  const runs = await get<Run[]>("runs");
  return runs?.sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at)) ?? null;
}

/**
 * Returns the run to follow where none is chosen: the one watched while it is to be played, else the newest whose player
 * is heard of, else the newest.
 */
export function latest(runs: readonly Run[], watched: string | null): Run | undefined {
  const played = runs.filter(isPlayed);
  return played.find((run) => run.id === watched) ?? played.find((run) => run.silent_since === null) ?? runs[0];
}

/** Returns whether somebody is to play the run: it has neither ended nor stopped, and did not fail. */
export function isPlayed({ state }: Run): boolean {
  return state === "running" || state === "paused";
}

/** Returns what the backend answers at a path; null where it does not answer, or not with success. */
export async function get<T>(path: string): Promise<T | null> {
  try {
    const answer = await fetch(path, { headers: bearing(), signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 401) dispatchEvent(new Event("locked"));
    return answer.ok ? ((await answer.json()) as T) : null;
  } catch {
    return null; // the backend is away; whoever asked asks again
  }
}

const NOT_IMPLEMENTED = 501;

/** Returns why the backend is not able to answer at a path, in its own words; null where it answers, or may yet. */
export async function faultOf(path: string): Promise<string | null> {
  try {
    const answer = await fetch(path, { headers: bearing(), signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.status === NOT_IMPLEMENTED ? ((await answer.json()) as { detail: string }).detail : null;
  } catch {
    return null;
  }
}

export type Said = { done: true; answer: unknown } | { done: false; status: number; why: string };

/** Sends something to the backend, and returns its answer, or why it refused in its own words. */
export async function post(path: string, body: unknown): Promise<Said> {
  const headers = { "content-type": "application/json", ...bearing() };
  try {
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status === 401) dispatchEvent(new Event("locked"));
    const said = (await answer.json()) as { detail?: string; title?: string };
    if (answer.ok) return { done: true, answer: said };
    return { done: false, status: answer.status, why: said.detail ?? said.title ?? answer.statusText };
  } catch {
    return { done: false, status: 0, why: "" };
  }
}
