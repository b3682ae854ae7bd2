// Where the numbers of a chart or a table come from: lines to copy into a terminal or a program.

import { bearing } from "../api/auth";
import { msOf } from "../state/address";
import { isOfHead } from "../state/answers";
import { epochOf, type Page } from "../state/page";
import type { Language } from "../text/words";

/** What can be taken of a chart or a table. */
export interface Source {
  language: Language;
  /** Names the files: the run and the time shown. */
  name: string;
  /** Lines that bring the same numbers. */
  lines: readonly string[];
}

/** Returns the source of an answer of the backend, by its path below the run; `../` leads out of the run. */
export function answerSource(page: Page, path: string): Source {
  return { language: page.language, name: nameOf(page), lines: [call(page, path)] };
}

/** Returns the source of measures of the snapshot, by their paths: a call, and the socket that goes on with them. */
export function measureSource(page: Page, paths: readonly string[]): Source {
  const { href } = new URL(`runs/${encodeURIComponent(page.watched ?? "")}/live`, document.baseURI);
  const subscription = JSON.stringify({ type: "subscribe", parts: paths });
  const lines = [call(page, "snapshot"), `${href.replace("http", "ws").replace(/\?.*/, "")}  ${subscription}`];
  return { language: page.language, name: nameOf(page), lines };
}

/** Returns the source of gauges minute by minute, and the socket that goes on with them. */
export function courseSource(page: Page, paths: readonly string[]): Source {
  const { lines, ...source } = measureSource(page, paths);
  return { ...source, lines: [call(page, "course"), ...lines.slice(1)] };
}

function call(page: Page, path: string): string {
  const url = new URL(`runs/${encodeURIComponent(page.watched ?? "")}/${path}`, document.baseURI);
  const at = page.place.at === null || isOfHead(path) ? null : msOf(page.place.at, epochOf(page));
  if (at !== null) url.searchParams.set("at", String(at));
  const token = bearing().authorization ? '-H "Authorization: Bearer $CLOUDFAIR_TOKEN" ' : "";
  return `curl -s ${token}"${url.href}"`;
}

function nameOf(page: Page): string {
  return [page.watched, page.place.at?.replaceAll(":", "")].filter(Boolean).join("-");
}
