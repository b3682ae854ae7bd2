// The form to disrupt a run from now on. It is made from the backend's own schema.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Field, Kind } from "../../api/forms";
import type { Run } from "../../api/types";
import { branch, command, loadKinds } from "../../state/commands";
import { epochOf, type Page } from "../../state/page";
import { sessionsOf } from "../../state/rows";
import { counts } from "../../state/snapshot";
import { isSteered } from "../../state/watching";
import { moment } from "../../text/clock";
import { fair } from "../../text/fair";
import { number } from "../../text/format";
import { nameOfGate, term, titleOf } from "../../text/names";
import { type Language, say, translated } from "../../text/words";
import { Confirm } from "../../ui/confirm";
import { Fault, Part, Sentence } from "../../ui/part";
import { useSending } from "../../ui/sending";

const USUAL: Record<string, string> = {
  lasts_min: "30",
  by_min: "30",
  factor: "2",
  share: "0.5",
  lanes: "1",
  gate: "1",
};

/** Fields that are said at the documented scale, which the run shrinks to its own. */
const SCALED = ["people", "lanes"] as const;

export function Disrupt({ page, run }: { page: Page; run: Run }) {
  const { language, disruptions } = page;
  const [chosen, choose] = useState("platform_outage");
  const { isUnderWay, fault, send } = useSending();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => void loadKinds(), []);
  const kind = disruptions?.find((each) => each.kind === chosen);
  const canBranch = page.atMs > 0 && page.scenarios?.list.some(({ name }) => name === run.scenario);
  if (!disruptions || !kind || !(isSteered(run) || canBranch)) return null;
  const disruption = () => ({ kind: kind.kind, ...valuesOf(kind, new FormData(form.current as HTMLFormElement)) });
  const submit = () => send(() => command(run.id, { kind: "disrupt", disruption: disruption() }));
  const submitBranch = () => send(() => branch(run.id, page.atMs, disruption()));
  const mayAsk = (): boolean => form.current?.reportValidity() ?? false;
  return (
    <Part title={say(language, "disrupt_title")}>
      <form class="start" ref={form} onSubmit={(event) => event.preventDefault()}>
        <label>
          {say(language, "disrupt_kind")}
          <select name="kind" id="disruption" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
            {disruptions.map(({ kind }) => (
              <option key={kind} value={kind} selected={kind === chosen}>
                {term(language, kind)}
              </option>
            ))}
          </select>
        </label>
        <p class="quiet">
          <Sentence language={language} own={translated(language, "disruption", kind.kind)}>
            {kind.description}
          </Sentence>
        </p>
        <div class="controls" key={chosen}>
          {Object.entries(kind.fields).map(([name, field]) => (
            <label key={name}>
              {term(language, name)}
              <Value page={page} name={name} field={field} isNeeded={kind.required.includes(name)} />
            </label>
          ))}
        </div>
        {SCALED.some((name) => name in kind.fields) && run.scale !== 1 && (
          <p class="quiet" id="full-size">
            {say(language, "disrupt_scale", { scale: number(language, run.scale) })}
          </p>
        )}
        <Fault language={language} why={fault} />
        <div class="controls">
          {isSteered(run) && (
            <Confirm
              language={language}
              id="disrupt-run"
              title={say(language, "disrupt_now")}
              question={say(language, "disrupt_question", { kind: term(language, chosen) })}
              mayAsk={mayAsk}
              isUnderWay={isUnderWay}
              onConfirm={() => void submit()}
            />
          )}
          {canBranch && (
            <Confirm
              language={language}
              id="branch-run"
              title={say(language, "branch")}
              question={say(language, "branch_question", { moment: moment(language, epochOf(page) + page.atMs) })}
              mayAsk={mayAsk}
              isUnderWay={isUnderWay}
              onConfirm={() => void submitBranch()}
            />
          )}
        </div>
      </form>
    </Part>
  );
}

function Value({ page, name, field, isNeeded }: { page: Page; name: string; field: Field; isNeeded: boolean }) {
  if (field.enum) {
    return (
      <select name={name}>
        {field.enum.map((word) => (
          <option key={word} value={word}>
            {term(page.language, word)}
          </option>
        ))}
      </select>
    );
  }
  const gates = name === "gate" ? gatesOf(page) : [];
  if (gates.length > 0) {
    return (
      <select name={name}>
        {gates.map((gate) => (
          <option key={gate} value={String(gate + 1)}>
            {nameOfGate(page.language, gate)}
          </option>
        ))}
      </select>
    );
  }
  const shift = name === "gate" ? 1 : 0; // people count gates from 1
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = rangeOf(field);
  const check = (input: HTMLInputElement): void =>
    input.setCustomValidity(beyond(page.language, input.value, exclusiveMinimum, exclusiveMaximum));
  const usual = field.default == null ? (isNeeded ? (USUAL[name] ?? "") : "") : String(field.default);
  return (
    <>
      <input
        name={name}
        type={isText(field) ? "text" : "number"}
        step={isText(field) ? undefined : "any"}
        min={minimum === undefined ? undefined : minimum + shift}
        max={maximum === undefined ? undefined : maximum}
        onInput={(event) => check(event.currentTarget)}
        defaultValue={usual}
        required={isNeeded}
        list={name === "session" ? "sessions" : ""}
      />
      {name === "session" && (
        <datalist id="sessions">
          {sessionsOf(page)
            .filter(({ state }) => state === "scheduled" || state === "live")
            .map((session) => (
              <option key={session.session} value={session.session}>
                {titleOf(page.language, session)}
              </option>
            ))}
        </datalist>
      )}
    </>
  );
}

/** Returns the range of a field, which may also be left out. */
function rangeOf(field: Field): Field {
  return field.anyOf?.find(({ type }) => type === "number" || type === "integer") ?? field;
}

/** Returns why a number is not allowed that browsers know no bound of: one that is itself not allowed. "" where it is. */
function beyond(language: Language, text: string, above: number | undefined, below: number | undefined): string {
  if (text === "") return "";
  if (above !== undefined && Number(text) <= above) return say(language, "must_be_above", { value: String(above) });
  if (below !== undefined && Number(text) >= below) return say(language, "must_be_below", { value: String(below) });
  return "";
}

/** Returns the numbers of the gates: of those that the fair names, else of those that have been open. */
function gatesOf({ live }: Page): number[] {
  const { gates } = fair();
  if (gates.length > 0) return [...gates.keys()];
  return live === null ? [] : Object.keys(counts(live, "venue.lanes_by_gate")).map(Number);
}

/** Returns the fields as the backend takes them: it counts gates from 0, and people count them from 1. */
function valuesOf(kind: Kind, form: FormData): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(kind.fields)) {
    const text = String(form.get(name) ?? "").trim();
    const number = Number(text) - (name === "gate" ? 1 : 0);
    if (text !== "") values[name] = isText(field) || Number.isNaN(number) ? text : number;
  }
  return values;
}

function isText(field: Field): boolean {
  return field.type === "string" || field.enum !== undefined;
}
