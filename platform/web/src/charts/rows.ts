// Rows of a table: read from what the page shows, and written as CSV or as a picture.

export type Cell = string | number | null;
export type Rows = readonly (readonly Cell[])[];

/** What stands for a row where there is no table, and what for its cells. */
const LISTS: readonly (readonly [row: string, cells: string])[] = [
  [".bars > li", ".name, .amount"],
  ["[data-zone]", ".name, [data-measure]"],
  [".toward > li", ".name, .amount, .expected, .verdict"],
  [".notices > li", "time, span"],
  [".fact", "dt, dd"],
];

/** Returns the rows that a part of a view shows: those of its tables, else of its lists. */
export function rowsIn(part: Element): Rows {
  const tables = [...part.querySelectorAll("table")].flatMap((table) =>
    [...table.rows].map((row) => [...row.cells].map(textOf)),
  );
  const lists = LISTS.flatMap(([row, cells]) =>
    [...part.querySelectorAll(row)].map((each) => [...each.querySelectorAll(cells)].map(textOf)),
  );
  return [...tables, ...lists];
}

function textOf(element: Element): string {
  return (element.textContent ?? "").replaceAll(/\s+/g, " ").trim();
}

/** Returns rows as CSV, with the mark by which spreadsheets know UTF-8. */
export function csvOf(rows: Rows): string {
  const quoted = (cell: Cell): string => {
    const text = cell === null ? "" : String(cell);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
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
