// The form to start a run: a scenario, its scale and speed, and what differs from it. It is made from the schema.

import { useEffect } from "preact/hooks";
import { entered, keepEntry, loadScenarios, start } from "../../state/commands";
import type { Page } from "../../state/page";
import { inLanguage } from "../../text/fair";
import { say, translated } from "../../text/words";
import { paceOf } from "../../ui/pace";
import { Fault, Part, Sentence } from "../../ui/part";
import { useSending } from "../../ui/sending";
import { nested, Parameters } from "./parameters";

const SCALES = [0.01, 0.05, 0.1, 0.5, 1] as const;
/** The backend takes larger ones; a page cannot send them. */
const LARGEST_SEED = Number.MAX_SAFE_INTEGER;
/** The fields of the form beside the parameters. */
const FIELDS: readonly string[] = ["scenario", "seed", "scale", "speed"];
const SPEEDS = [600, 3_600, 21_600, "max"] as const;

export function Start({ page }: { page: Page }) {
  const { language, scenarios } = page;
  const { fields, changes } = page.draft;
  const { isUnderWay, fault, send } = useSending();
  useEffect(() => void loadScenarios(), []);
  if (scenarios === null || scenarios.list.length === 0) return null;
  const scenario = fields.scenario ?? scenarios.list[0]?.name ?? "";
  const shown = scenarios.list.find(({ name }) => name === scenario);
  const ofFair = shown?.titles?.en === undefined ? undefined : say(language, "question_of_fair");
  const submit = (form: FormData): void => {
    const speed = String(form.get("speed"));
    const wanted = {
      scenario,
      seed: Number(form.get("seed")),
      scale: Number(form.get("scale")),
      speed: speed === "max" ? speed : Number(speed),
      changes: nested(entered().changes, scenarios.parameters),
    };
    void send(() => start(wanted));
  };
  return (
    <Part title={say(language, "start_title")}>
      <form
        class="start"
        onInput={({ target }) => {
          const { name, value } = target as HTMLInputElement | HTMLSelectElement;
          if (FIELDS.includes(name)) keepEntry("fields", name, value);
        }}
        onSubmit={(event) => {
          event.preventDefault();
          submit(new FormData(event.currentTarget));
        }}
      >
        <label>
          {say(language, "column_scenario")}
          <select name="scenario" value={scenario}>
            {scenarios.list.map(({ name, title, titles }) => (
              <option key={name} value={name} selected={name === scenario}>
                {translated(language, "scenario", name) ?? (inLanguage(titles ?? {}, language) || title)}
              </option>
            ))}
          </select>
        </label>
        {shown?.question && (
          <p class="quiet">
            <Sentence language={language} own={translated(language, "question", scenario) ?? ofFair}>
              {shown.question}
            </Sentence>
          </p>
        )}
        <div class="controls">
          <label>
            {say(language, "column_seed")}
            <input
              name="seed"
              type="number"
              min="0"
              max={LARGEST_SEED}
              step="1"
              defaultValue={fields.seed ?? "7"}
              required
            />
          </label>
          <label>
            {say(language, "column_scale")}
            <select name="scale">
              {SCALES.map((scale) => (
                <option key={scale} value={scale} selected={String(scale) === (fields.scale ?? "0.1")}>
                  {String(scale)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {say(language, "column_speed")}
            <select name="speed">
              {SPEEDS.map((speed) => (
                <option key={speed} value={speed} selected={String(speed) === (fields.speed ?? "3600")}>
                  {paceOf(language, speed)}
                </option>
              ))}
            </select>
          </label>
        </div>
        <Parameters
          page={page}
          scenarios={scenarios}
          changes={changes}
          fault={fault}
          onChange={(path, value) => keepEntry("changes", path, value)}
        />
        <Fault language={language} why={fault} />
        <button type="submit" class="plain" id="start-run" aria-disabled={isUnderWay}>
          {say(language, "start_run")}
        </button>
      </form>
    </Part>
  );
}
