// The table of what was reported beside what was simulated, grouped by what agreement is worth.

import { date, moment } from "./clock";
import { number, percent } from "./format";
import type { Role, Row } from "./runs";
import type { Page } from "./store";
import { type Language, type Word, nameOf, say } from "./text";
import { ROLES } from "./tiles";

const GROUPS: readonly (readonly [Role, Word, Word])[] = [
  ["held out", "group_held_out", "group_held_out_about"],
  ["calibrated", "group_calibrated", "group_calibrated_about"],
  ["input", "group_input", "group_input_about"],
];
const COLUMNS: readonly Word[] = ["column_figure", "column_reported", "column_simulated", "column_ratio"];
const OPERATORS: Partial<Record<Row["op"], Word>> = { ">": "op_gt", "<": "op_lt", "~": "op_about" };
/** The ratio at the right end of the strip of dots. */
const MONEY = ["USD", "CNY"];
const STRIP_REACH = 1.5;

export class ComparisonTable {
  #rows: Row[] | null = null;
  #language: Language | null = null;

  constructor(private readonly table: HTMLTableElement) {}

  draw(page: Page): void {
    if (page.rows === this.#rows && page.language === this.#language) return;
    this.#rows = page.rows;
    this.#language = page.language;
    const groups = GROUPS.map(([role, ...words]) => {
      const rows = page.rows.filter((row) => row.role === role);
      return rows.length ? [group(page.language, role, words, rows)] : [];
    });
    this.table.replaceChildren(head(page.language), ...groups.flat());
  }
}

function head(language: Language): HTMLElement {
  const head = document.createElement("thead");
  const row = head.insertRow();
  for (const word of COLUMNS) row.append(heading("col", say(language, word)));
  row.append(mark(language));
  return head;
}

function group(language: Language, role: Role, [word, about]: [Word, Word], rows: readonly Row[]): HTMLElement {
  const body = document.createElement("tbody");
  body.dataset["role"] = role;
  const title = heading("rowgroup", say(language, word));
  title.colSpan = COLUMNS.length + 1;
  const meaning = title.appendChild(document.createElement("span"));
  meaning.textContent = say(language, about);
  const first = body.insertRow();
  first.className = "group";
  first.append(title);
  for (const row of rows) body.append(line(language, row));
  return body;
}

function line(language: Language, row: Row): HTMLElement {
  const line = document.createElement("tr");
  line.dataset["figure"] = row.figure;
  line.append(heading("row", nameOf(language, row.figure)));
  line.insertCell().textContent = withOperator(language, row.op, value(language, row.reported, row));
  line.insertCell().textContent = value(language, row.simulated, row);
  const ratio = line.insertCell();
  const strip = line.insertCell();
  if (row.role === "input") ratio.textContent = say(language, ROLES.input); // no agreement: it was put in
  else if (row.ratio !== null) {
    ratio.textContent = percent(language, row.ratio, 1);
    strip.append(dot(row.ratio));
  }
  return line;
}

/** Names the dashed line that the dots stand beside. */
function mark(language: Language): HTMLElement {
  const cell = document.createElement("td");
  cell.setAttribute("aria-hidden", "true");
  const name = cell.appendChild(document.createElement("span"));
  name.className = "strip-name";
  name.style.setProperty("--reported", String(1 / STRIP_REACH));
  name.textContent = say(language, "key_reported");
  return cell;
}

/** Shows a ratio as a filled mark beside the dashed line that stands for the reported figure. */
function dot(ratio: number): HTMLElement {
  const strip = document.createElement("span");
  strip.className = "strip";
  strip.setAttribute("aria-hidden", "true");
  strip.style.setProperty("--reported", String(1 / STRIP_REACH));
  strip.style.setProperty("--value", String(Math.min(1, ratio / STRIP_REACH)));
  strip.toggleAttribute("data-beyond", ratio > STRIP_REACH);
  return strip;
}

function value(language: Language, value: number | string, row: Row): string {
  if (value === "") return say(language, "none_yet");
  if (typeof value === "string") return (row.unit === "date" ? date : moment)(language, Date.parse(value));
  if (row.unit === "share") return percent(language, value, 1);
  // money is shown in millions, as the names of its figures say: billions do not fit a phone
  return number(language, MONEY.includes(row.unit) ? value / 1e6 : value);
}

function withOperator(language: Language, op: Row["op"], value: string): string {
  const word = OPERATORS[op];
  return word ? say(language, word, { value }) : value;
}

function heading(scope: string, text: string): HTMLTableCellElement {
  const cell = document.createElement("th");
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}
