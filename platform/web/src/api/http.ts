// Requests to the backend and its answers.

import { bearing } from "./auth";

/** How long the page waits for an answer. */
const PATIENCE_MS = 5_000;
/** How long it waits for the answer to what it sends: that may have been done, and is not sent again. */
const PATIENCE_OF_SENDERS_MS = 60_000;
const UNAUTHORIZED = 401;
const [NOT_FOUND, NOT_VALID] = [404, 422];
const NOT_IMPLEMENTED = 501;
export const FINAL_OF_A_NAMED_RUN = [404, NOT_IMPLEMENTED];

export type Sent<T> = { done: true; answer: T } | { done: false; why: string };

let onLocked: () => void = () => {};

/** Sets what is called whenever the backend refuses a request for lack of a token that it accepts. */
export function whenLocked(call: () => void): void {
  onLocked = call;
}

/** Returns what the backend answers at a path; null where it does not answer, or refuses. */
export async function get<T>(path: string): Promise<T | null> {
  return (await getOrAbsent<T>(path)) || null;
}

/** As `get`; false where the backend says that there is no such thing, so that it need not be asked again. */
export async function getOrAbsent<T>(path: string): Promise<T | null | false> {
  try {
    const answer = await asked(path);
    if (answer.status === NOT_FOUND || answer.status === NOT_VALID) return false;
    return answer.ok ? (parsed(await answer.text()) as T) : null;
  } catch {
    return null; // the backend is away: the next refresh asks again
  }
}

/** Returns what a JSON text says; a seed of 16 digits or more as text, as JavaScript's numbers would round it. */
export function parsed(json: string): unknown {
  return JSON.parse(json.replaceAll(/("(?:seed|replication)":\s*)(\d{16,})/g, '$1"$2"'));
}

/**
 * Returns why the backend cannot answer at a path, in its own words; null where it answers, or may do so later.
 * `final` are the statuses after which it never will.
 */
export async function faultOf(path: string, final: readonly number[] = [NOT_IMPLEMENTED]): Promise<string | null> {
  try {
    const answer = await asked(path);
    return final.includes(answer.status) ? ((await answer.json()) as { detail: string }).detail : null;
  } catch {
    return null;
  }
}

/** Sends a body to the backend. Returns its answer, or why it refused in its own words; "" where it did not answer. */
export async function post<T>(path: string, body: unknown): Promise<Sent<T>> {
  const headers = { "content-type": "application/json", ...bearing() };
  try {
    const signal = AbortSignal.timeout(PATIENCE_OF_SENDERS_MS);
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
    if (answer.status === UNAUTHORIZED) onLocked();
    const message = (await answer.json()) as { detail?: string; title?: string };
    if (answer.ok) return { done: true, answer: message as T };
    return { done: false, why: message.detail ?? message.title ?? answer.statusText };
  } catch {
    return { done: false, why: "" };
  }
}

/** Fetches a file, however long it takes. Returns it, or why the backend refused; "" where it did not answer. */
export async function fetched(path: string): Promise<Sent<Blob>> {
  try {
    const answer = await fetch(path, { headers: bearing() });
    if (answer.status === UNAUTHORIZED) onLocked();
    if (answer.ok) return { done: true, answer: await answer.blob() };
    return { done: false, why: ((await answer.json()) as { detail?: string }).detail ?? answer.statusText };
  } catch {
    return { done: false, why: "" };
  }
}

async function asked(path: string): Promise<Response> {
  const answer = await fetch(path, { headers: bearing(), signal: AbortSignal.timeout(PATIENCE_MS) });
  if (answer.status === UNAUTHORIZED) onLocked();
  return answer;
}
