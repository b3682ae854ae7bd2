// The parameters of a scenario that a start may change: found by a word, and kept once they differ.

import { useState } from "preact/hooks";
import type { Parameter, Scenarios } from "../../api/forms";
import type { Page } from "../../state/page";
import { economy, term } from "../../text/names";
import { type Language, say, translated } from "../../text/words";
import { Sentence } from "../../ui/part";

/** What differs from the scenario, by the path of the parameter, as it was typed. */
export type Changes = Readonly<Record<string, string>>;

interface Props {
  page: Page;
  scenarios: Scenarios;
  changes: Changes;
  /** Why the start was refused: it names the parameters that it is about. */
  fault: string | null;
  onChange: (path: string, typed: string) => void;
}

const LISTED = 12;

export function Parameters({ page, scenarios, changes, fault, onChange }: Props) {
  const { language } = page;
  const [wanted, setWanted] = useState("");
  const listed = listedOf(language, scenarios.parameters, changes, wanted);
  return (
    <fieldset>
      <legend>{say(language, "changes_title")}</legend>
      <input
        type="search"
        id="find-parameter"
        aria-label={say(language, "find_parameter")}
        placeholder={say(language, "find_parameter")}
        value={wanted}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      <ul class="parameters">
        {listed.map(([path, parameter]) => (
          <li key={path}>
            <label>
              <code>{path}</code>
              <input
                name={path}
                type="text"
                inputMode={isNumber(parameter) ? "decimal" : "text"}
                placeholder={rangeOf(parameter)}
                value={changes[path] ?? ""}
                aria-invalid={fault?.includes(path) || undefined}
                onInput={(event) => onChange(path, event.currentTarget.value)}
              />
            </label>
            <span class="quiet" title={parameter.description}>
              <Sentence language={language} own={ownName(language, path)}>
                {parameter.description ?? ""}
              </Sentence>
            </span>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

/** Returns the name of a parameter in a language other than the backend's. */
export function ownName(language: Language, path: string): string | undefined {
  const [part, code = "", field] = path.split(".");
  if (part === "economies" && language !== "en") return economy(language, code);
  if (field === undefined) return translated(language, "parameter", path);
  const ofKind = translated(language, "parameter", `${part}.*.${field}`);
  return ofKind && say(language, "about_of", { what: term(language, code), about: ofKind });
}

/** Returns all parameters that are changed, as they are sent, and the first ones that match a word. */
export function listedOf(
  language: Language,
  parameters: Scenarios["parameters"],
  changes: Changes,
  wanted: string,
): [string, Parameter][] {
  const isMeant = ([path, { description = "" }]: [string, Parameter]): boolean =>
    `${path} ${ownName(language, path) ?? ""} ${description}`.toLowerCase().includes(wanted.toLowerCase());
  const others = Object.entries(parameters).filter(([path]) => !(path in changes));
  const matches = wanted === "" ? [] : others.filter(isMeant).slice(0, LISTED);
  const shown = new Set(matches.map(([path]) => path));
  return Object.entries(parameters).filter(([path]) => path in changes || shown.has(path));
}

/** Returns changes as the backend takes them, by part and parameter; what is blank is no change. */
export function nested(changes: Changes, parameters: Scenarios["parameters"]): Record<string, Record<string, unknown>> {
  const parts: Record<string, Record<string, unknown>> = {};
  for (const [path, typed] of Object.entries(changes)) {
    const text = typed.trim();
    if (text === "") continue;
    const [part = "", ...name] = path.split("."); // a kind of the fair stands between part and parameter
    parts[part] = { ...parts[part], [name.join(".")]: parameters[path]?.type === "array" ? listOf(text) : text };
  }
  return parts;
}

/** Returns a list that was typed as JSON, else the text: the backend reads lists and numbers itself, and names a fault. */
function listOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isNumber({ type }: Parameter): boolean {
  return type === "number" || type === "integer";
}

function rangeOf({ minimum, maximum }: Parameter): string {
  return minimum === undefined || maximum === undefined ? "" : `${minimum} – ${maximum}`;
}
