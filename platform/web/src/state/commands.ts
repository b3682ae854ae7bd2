// What operators send to the backend: a run to start, and commands to a run that is played.

import { keepToken } from "../api/auth";
import { fetchKinds, fetchScenarios } from "../api/forms";
import { fetched, post } from "../api/http";
import { save } from "../browser/save";
import { chooseRun, go } from "./actions";
import type { Draft } from "./page";
import { store } from "./store";
import { refresh } from "./watching";

const AGAIN_AFTER_MS = 2_000;

/** Keeps the token for this tab, and asks for everything again with it. */
export function signIn(token: string): void {
  keepToken(token);
  store.change({ locked: false });
  void refresh();
}

/** Sends a command to a run; returns why the backend refused it, or null. */
export async function command(run: string, what: object): Promise<string | null> {
  const sent = await post(`runs/${encodeURIComponent(run)}/commands`, what);
  void refresh();
  return sent.done ? null : sent.why;
}

/**
 * Keeps what was entered of a run to start, whatever view is looked at meanwhile; what was emptied is kept no more.
 *
 * It stands beside what is kept by now: two fields may be entered before the form is drawn again.
 */
export function keepEntry(of: keyof Draft, name: string, value: string): void {
  const { draft } = store.page;
  const { [name]: _, ...others } = draft[of];
  store.change({ draft: { ...draft, [of]: value === "" ? others : { ...others, [name]: value } } });
}

/** Returns what has been entered by now, be it drawn or not. */
export function entered(): Draft {
  return store.page.draft;
}

/** Starts a run and shows it; returns why the backend refused it, or null. */
export async function start(what: object): Promise<string | null> {
  const sent = await post<{ run: string }>("runs/start", what);
  if (sent.done) chooseRun(sent.answer.run);
  return sent.done ? null : sent.why;
}

/** Starts a branch of a run and shows both side by side; returns why the backend refused it, or null. */
export async function branch(run: string, atMs: number, disruption: object): Promise<string | null> {
  const sent = await post<{ run: string }>(`runs/${encodeURIComponent(run)}/branch`, { at_ms: atMs, disruption });
  if (sent.done) go({ run, view: "runs", pick: sent.answer.run });
  return sent.done ? null : sent.why;
}

/** Saves what the backend has at a path, where a link cannot carry the token; returns why it refused, or null. */
export async function download(path: string, name: string): Promise<string | null> {
  const got = await fetched(path);
  if (got.done) save(name, got.answer);
  return got.done ? null : got.why;
}

/** Fetches what the form to start a run is made of, once; again and again while the backend does not answer. */
export async function loadScenarios(): Promise<void> {
  while (store.page.scenarios === null) {
    const scenarios = await fetchScenarios();
    if (scenarios !== null) store.change({ scenarios });
    else await new Promise((again) => setTimeout(again, AGAIN_AFTER_MS));
  }
}

/** Fetches what the form to disrupt a run is made of, as `loadScenarios` does. */
export async function loadKinds(): Promise<void> {
  while (store.page.disruptions === null) {
    const disruptions = await fetchKinds();
    if (disruptions !== null) store.change({ disruptions });
    else await new Promise((again) => setTimeout(again, AGAIN_AFTER_MS));
  }
}
