// The first row: how is it going? Each tile has its value and, where one was reported, that figure with its role.

import { number, percent } from "./format";
import type { Role, Row } from "./runs";
import type { Snapshot } from "./snapshot";
import type { Page } from "./store";
import { type Language, type Word, say } from "./text";

interface Tile {
  word: Word;
  value(snapshot: Snapshot): number;
  isShare?: true;
  figure?: string;
  note?(snapshot: Snapshot, show: (value: number) => string): [Word, Record<string, string>];
}

const TILES: readonly Tile[] = [
  {
    word: "tile_negotiations",
    value: (s) => s.negotiations.initiated,
    figure: "negotiations.initiated",
  },
  {
    word: "tile_overseas",
    value: (s) => s.negotiations.initiated_overseas,
    figure: "negotiations.initiated_overseas",
  },
  {
    word: "tile_organisations",
    value: (s) => s.organisations.registered,
    figure: "organisations.at_closing",
  },
  {
    word: "tile_projects",
    value: (s) => s.projects.published,
    figure: "projects.published_online",
  },
  {
    word: "tile_lapsed",
    value: (s) => s.negotiations.lapse_share,
    isShare: true,
    note: (s, show) => [
      "note_lapsed",
      { waiting: show(s.negotiations.waiting), talking: show(s.negotiations.talking) },
    ],
  },
  {
    word: "tile_online",
    value: (s) => s.visits.online,
    note: (s, show) => ["note_online", { value: show(s.visits.online_peak) }],
  },
  {
    word: "tile_viewers",
    value: (s) => s.streams.viewers,
    note: (s, show) => ["note_viewers", { live: show(s.streams.live), ended: show(s.streams.ended) }],
  },
];

const REPORTED: Record<Row["op"], Word> = {
  "=": "of_reported",
  ">": "of_reported_gt",
  "<": "of_reported_lt",
  "~": "of_reported_about",
};
export const ROLES: Record<Role, Word> = { input: "role_input", calibrated: "role_calibrated", "held out": "role_held_out" };
/** How far beyond the reported figure a tile's line reaches. */
const HEADROOM = 1.25;

interface Parts {
  label: HTMLElement;
  value: HTMLElement;
  line: HTMLElement;
  note: HTMLElement;
  role: HTMLElement;
}

export class Tiles {
  readonly #parts: readonly (readonly [Tile, Parts])[];

  constructor(list: HTMLElement) {
    this.#parts = TILES.map((tile) => [tile, build(tile, list)] as const);
  }

  draw(page: Page): void {
    if (!page.snapshot) return;
    for (const [tile, parts] of this.#parts) drawTile(tile, parts, page, page.snapshot);
  }
}

function build(tile: Tile, list: HTMLElement): Parts {
  const frame = list.appendChild(document.createElement("div"));
  frame.dataset["tile"] = tile.word.slice("tile_".length);
  const label = frame.appendChild(document.createElement("dt"));
  const value = add(frame, "value");
  const line = add(frame, "line");
  line.setAttribute("aria-hidden", "true");
  const about = add(frame, "about");
  const note = about.appendChild(document.createElement("span"));
  const role = about.appendChild(document.createElement("span"));
  role.className = "role";
  return { label, value, line, note, role };
}

function add(frame: HTMLElement, name: string): HTMLElement {
  const part = frame.appendChild(document.createElement("dd"));
  part.className = name;
  return part;
}

function drawTile(tile: Tile, parts: Parts, page: Page, snapshot: Snapshot): void {
  const { language } = page;
  const value = tile.value(snapshot);
  const row = page.rows.find((row) => row.figure === tile.figure);
  write(parts.label, say(language, tile.word));
  write(parts.value, tile.isShare ? percent(language, value, 1) : number(language, value));
  write(parts.note, row ? reported(language, row) : noteOf(tile, language, snapshot));
  write(parts.role, row ? say(language, ROLES[row.role]) : "");
  drawLine(parts.line, value, row && typeof row.reported === "number" ? row.reported : 0);
}

function reported(language: Language, row: Row): string {
  const value = typeof row.reported === "number" ? number(language, row.reported) : row.reported;
  return say(language, REPORTED[row.op], { value });
}

function noteOf(tile: Tile, language: Language, snapshot: Snapshot): string {
  if (!tile.note) return "";
  const [word, places] = tile.note(snapshot, (value) => number(language, value));
  return say(language, word, places);
}

/** Draws the value as a line and the reported figure as a dashed mark on it. */
function drawLine(line: HTMLElement, value: number, reported: number): void {
  line.hidden = reported === 0;
  if (line.hidden) return;
  const reach = Math.max(reported * HEADROOM, value);
  line.style.setProperty("--value", String(value / reach));
  line.style.setProperty("--reported", String(reported / reach));
}

/** Sets a text only where it differs, so that what did not change is left alone. */
export function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
