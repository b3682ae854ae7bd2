// Rows of a table: read from what the page shows, and written as CSV or as a picture.

import { type Language, say, type Word } from "../text/words";

export type Cell = string | number | null;
export type Rows = readonly (readonly Cell[])[];

/** What stands for a row where there is no table, what for its cells, and what heads their columns. */
const LISTS: readonly (readonly [row: string, cells: string, heads: readonly Word[]])[] = [
  [".bars > li", ".name, .amount", ["column_name", "column_amount"]],
  ["[data-zone]", ".name, [data-measure]", ["column_name", "inside", "column_density"]],
  [".checks > li", "b, span", ["column_finding", "column_check", "column_because"]],
  [".notices > li", "time, span", ["column_time", "column_notice"]],
  [".fact", "dt, dd", ["column_measure", "column_amount"]],
];

/** How cells are read: as the page shows them, or as numbers and moments that a program reads. */
export type Look = "shown" | "raw";

/** Returns the rows that a part of a view shows: those of its tables, then of its lists, each under its headings. */
export function rowsIn(part: Element, look: Look, language: Language): Rows {
  const tables = [...part.querySelectorAll("table")].flatMap((table) =>
    [...table.rows].map((row) => [...row.cells].filter(isRead).map((cell) => cellOf(cell, look))),
  );
  const lists = LISTS.flatMap(([row, cells, heads]) => {
    const rows = [...part.querySelectorAll(row)].map((each) => cellsIn(each, cells).map((cell) => cellOf(cell, look)));
    return rows.length === 0 ? [] : [heads.map((word) => say(language, word)), ...rows];
  });
  return [...tables, ...lists];
}

/** Returns the elements that a selector finds, without those in another one. */
function cellsIn(row: Element, selector: string): Element[] {
  const cells = [...row.querySelectorAll(selector)];
  return cells.filter((cell) => !cells.some((other) => other !== cell && other.contains(cell)));
}

function isRead(cell: Element): boolean {
  return cell.getAttribute("aria-hidden") !== "true" && !cell.classList.contains("links");
}

/** Returns a cell: its own number or moment where it is read raw and has one, else its text. */
function cellOf(cell: Element, look: Look): Cell {
  const raw = look === "raw" ? (cell.closest("[data-raw]") ?? cell.querySelector("[data-raw]")) : null;
  return raw?.getAttribute("data-raw") ?? textOf(cell);
}

/** Returns the text of an element, that of elements in it apart from what stands beside them. */
function textOf(element: Element): string {
  const texts = [...element.childNodes].map((node) =>
    node instanceof Element ? ` ${textOf(node)} ` : (node.textContent ?? ""),
  );
  return texts.join("").replaceAll(/\s+/g, " ").trim();
}

/** What a spreadsheet takes for a formula, and the signed numbers, plain or as people read them, that begin alike. */
const FORMULA = /^[=+\-@\t\r]/;
const SIGNED = /^[+-][\d.,]+(e[+-]?\d+)?%?$/i;

/**
 * Returns rows as CSV, with the mark by which spreadsheets know UTF-8. A text that they would calculate gets a leading
 * apostrophe: titles are other people's, and a formula can send what stands beside it to another host.
 */
export function csvOf(rows: Rows): string {
  const quoted = (cell: Cell): string => {
    const plain = cell === null ? "" : String(cell);
    const text = FORMULA.test(plain) && !SIGNED.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `\ufeff${rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("")}`;
}

const [SCALE, SIZE, LINE, GAP, MARGIN] = [2, 14, 22, 24, 16];

/** Draws rows as a picture, under their title. */
export function pictureOf(title: string, rows: Rows, style: CSSStyleDeclaration): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  const font = `${SIZE}px ${style.fontFamily}`;
  pen.font = font;
  const texts = rows.map((row) => row.map((cell) => String(cell ?? "")));
  const widths = widest(texts, (text) => pen.measureText(text).width);
  const whole = Math.max(
    widths.reduce((sum, width) => sum + width + GAP, -GAP),
    pen.measureText(title).width * 1.2,
  );
  canvas.width = SCALE * (whole + 2 * MARGIN);
  canvas.height = SCALE * (LINE * (rows.length + 1.5) + 2 * MARGIN);
  pen.scale(SCALE, SCALE);
  pen.fillStyle = style.getPropertyValue("--paper");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = style.color;
  pen.font = `600 ${font}`;
  pen.fillText(title, MARGIN, MARGIN + SIZE);
  pen.font = font;
  texts.forEach((row, i) => {
    let x = MARGIN;
    row.forEach((text, column) => {
      const width = widths[column] ?? 0;
      const indent = column === 0 ? 0 : width - pen.measureText(text).width;
      pen.fillText(text, x + indent, MARGIN + SIZE + LINE * (i + 1.5));
      x += width + GAP;
    });
  });
  return canvas;
}

function widest(texts: readonly (readonly string[])[], widthOf: (text: string) => number): number[] {
  const widths: number[] = [];
  for (const row of texts)
    row.forEach((text, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(text));
    });
  return widths;
}

/** Returns a copy of a chart on paper, under its title. */
export function titled(title: string, chart: HTMLCanvasElement, style: CSSStyleDeclaration): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  const ratio = devicePixelRatio;
  const head = 2.25 * SIZE * ratio;
  canvas.width = chart.width;
  canvas.height = chart.height + head;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.fillStyle = style.getPropertyValue("--paper");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = style.color;
  pen.font = `600 ${SIZE * ratio}px ${style.fontFamily}`;
  pen.fillText(title, 0, 1.25 * SIZE * ratio);
  pen.drawImage(chart, 0, head);
  return canvas;
}
