// Starting a run: a scenario, how large and how fast, and what differs from it. The form is made of the schema.

import { useEffect, useState } from "preact/hooks";
import { chooseRun, store } from "./actions";
import { get, post } from "./api";
import { Fault, Part, Told } from "./parts";
import type { Page } from "./store";
import { type Language, economy, inOwnWords, say } from "./text";
import { parameters } from "./text/parameters";
import { paceIn } from "./steer";

interface Parameter {
  type: "number" | "integer" | "string" | "array";
  minimum?: number;
  maximum?: number;
  description?: string;
}

export interface Scenarios {
  list: { name: string; title: string; question: string }[];
  /** By its path, such as `negotiations.patience_mean_min`. */
  parameters: Record<string, Parameter>;
}

type Changes = Record<string, string>;

const SCALES = [0.01, 0.05, 0.1, 0.5, 1] as const;
const SPEEDS = [600, 3_600, 21_600, "max"] as const;
const LISTED = 12;

export function Start({ page }: { page: Page }) {
  const { language, scenarios } = page;
  const [scenario, setScenario] = useState("ciftis2020");
  const [changes, setChanges] = useState<Changes>({});
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => void fetchScenarios(), []);
  if (scenarios === null || scenarios.list.length === 0) return null;
  const question = scenarios.list.find(({ name }) => name === scenario)?.question;
  const start = async (form: FormData): Promise<void> => {
    const speed = String(form.get("speed"));
    const said = await post("runs/start", {
      scenario,
      seed: Number(form.get("seed")),
      scale: Number(form.get("scale")),
      speed: speed === "max" ? speed : Number(speed),
      changes: nested(changes, scenarios.parameters),
    });
    setFault(said.done ? null : said.why);
    if (said.done) chooseRun((said.answer as { run: string }).run);
  };
  return (
    <Part title={say(language, "start_title")}>
      <form
        class="start"
        onSubmit={(event) => {
          event.preventDefault();
          void start(new FormData(event.currentTarget));
        }}
      >
        <label>
          {say(language, "column_scenario")}
          <select name="scenario" value={scenario} onChange={(event) => setScenario(event.currentTarget.value)}>
            {scenarios.list.map(({ name, title }) => (
              <option key={name} value={name} selected={name === scenario}>
                {inOwnWords(language, "scenario", name) ?? title}
              </option>
            ))}
          </select>
        </label>
        {question && (
          <p class="quiet">
            <Told language={language} own={inOwnWords(language, "question", scenario)}>
              {question}
            </Told>
          </p>
        )}
        <div class="controls">
          <label>
            {say(language, "column_seed")}
            <input name="seed" type="number" min="0" step="1" defaultValue="7" required />
          </label>
          <label>
            {say(language, "column_scale")}
            <select name="scale">
              {SCALES.map((scale) => (
                <option key={scale} value={scale} selected={scale === 0.1}>
                  {String(scale)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {say(language, "column_speed")}
            <select name="speed">
              {SPEEDS.map((speed) => (
                <option key={speed} value={speed} selected={speed === 3_600}>
                  {paceIn(language, speed)}
                </option>
              ))}
            </select>
          </label>
        </div>
        <Parameters page={page} scenarios={scenarios} changes={changes} onChange={setChanges} />
        <Fault language={language} why={fault} />
        <button type="submit" class="plain" id="start-run">
          {say(language, "start_run")}
        </button>
      </form>
    </Part>
  );
}

/** The parameters that differ, and those that a word finds. */
function Parameters({
  page,
  scenarios,
  changes,
  onChange,
}: {
  page: Page;
  scenarios: Scenarios;
  changes: Changes;
  onChange: (changes: Changes) => void;
}) {
  const { language } = page;
  const [wanted, setWanted] = useState("");
  const found = Object.entries(scenarios.parameters).filter(
    ([path, { description = "" }]) =>
      path in changes || (wanted !== "" && `${path} ${ownName(language, path) ?? ""} ${description}`.includes(wanted.toLowerCase())),
  );
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
        {found.slice(0, LISTED + Object.keys(changes).length).map(([path, parameter]) => (
          <li key={path}>
            <label>
              <code>{path}</code>
              <input
                name={path}
                type="text"
                inputMode={isNumber(parameter) ? "decimal" : "text"}
                placeholder={rangeOf(parameter)}
                value={changes[path] ?? ""}
                onInput={(event) => onChange(changed(changes, path, event.currentTarget.value))}
              />
            </label>
            <span class="quiet" title={parameter.description}>
              <Told language={language} own={ownName(language, path)}>
                {parameter.description ?? ""}
              </Told>
            </span>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

/** Returns what a parameter is called in a language that is not the backend's. */
function ownName(language: Language, path: string): string | undefined {
  if (language === "en") return undefined;
  const [part, code = ""] = path.split(".");
  return part === "economies" ? economy(language, code) : parameters[path];
}

function changed(changes: Changes, path: string, value: string): Changes {
  const { [path]: _, ...others } = changes;
  return value === "" ? others : { ...others, [path]: value };
}

/** Returns changes as the backend takes them: by part and parameter, numbers as numbers, lists as JSON. */
function nested(changes: Changes, parameters: Scenarios["parameters"]): Record<string, Record<string, unknown>> {
  const parts: Record<string, Record<string, unknown>> = {};
  for (const [path, text] of Object.entries(changes)) {
    const [part = "", name = ""] = path.split(".");
    (parts[part] ??= {})[name] = valueOf(text, parameters[path]);
  }
  return parts;
}

function valueOf(text: string, parameter: Parameter | undefined): unknown {
  const number = Number(text);
  if (parameter && isNumber(parameter)) return Number.isNaN(number) ? text : number;
  try {
    return parameter?.type === "array" ? JSON.parse(text) : text;
  } catch {
    return text; // the backend says what is wrong with it
  }
}

function isNumber({ type }: Parameter): boolean {
  return type === "number" || type === "integer";
}

function rangeOf({ minimum, maximum }: Parameter): string {
  return minimum === undefined || maximum === undefined ? "" : `${minimum} – ${maximum}`;
}

async function fetchScenarios(): Promise<void> {
  if (store.page.scenarios !== null) return;
  const list = await get<Scenarios["list"]>("scenarios");
  if (list?.length === 0) store.change({ scenarios: { list, parameters: {} } });
  if (!list?.length) return;
  const schema = await get<{ properties: Record<string, { properties?: Record<string, Parameter> }> }>("scenarios/schema");
  const parameters = Object.entries(schema?.properties ?? {}).flatMap(([part, { properties = {} }]) =>
    Object.entries(properties).map(([name, parameter]): [string, Parameter] => [`${part}.${name}`, parameter]),
  );
  store.change({ scenarios: { list, parameters: Object.fromEntries(parameters) } });
}
