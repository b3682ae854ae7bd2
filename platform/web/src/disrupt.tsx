// Something goes wrong with the run, or is changed, from now on. The form is made of the backend's own schema.

import { useEffect, useState } from "preact/hooks";
import { store } from "./actions";
import { type Run, get, post } from "./api";
import { Fault, Part, Told } from "./parts";
import { sessionsOf } from "./services";
import type { Page } from "./store";
import { inOwnWords, say, term, titleOf } from "./text";

interface Field {
  type?: "number" | "integer" | "string";
  enum?: string[];
  anyOf?: Field[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
}

export interface Kind {
  kind: string;
  description: string;
  fields: Record<string, Field>;
  required: string[];
}

interface Schema {
  description?: string;
  properties: Record<string, Field & { enum?: string[] }>;
  required?: string[];
  anyOf?: Schema[];
}

const USUAL: Record<string, string> = { lasts_min: "30", by_min: "30", factor: "2", share: "0.5", lanes: "1", gate: "0" };

export function Disrupt({ page, run }: { page: Page; run: Run }) {
  const { language, disruptions } = page;
  const [chosen, choose] = useState("platform_outage");
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => void fetchKinds(), []);
  const kind = disruptions?.find((each) => each.kind === chosen);
  if (!disruptions || !kind) return null;
  const tell = async (form: FormData): Promise<void> => {
    const said = await post(`runs/${encodeURIComponent(run.id)}/commands`, {
      kind: "disrupt",
      disruption: { kind: kind.kind, ...valuesOf(kind, form) },
    });
    dispatchEvent(new Event("said"));
    setFault(said.done ? null : said.why);
  };
  return (
    <Part title={say(language, "disrupt_title")}>
      <form
        class="start"
        onSubmit={(event) => {
          event.preventDefault();
          void tell(new FormData(event.currentTarget));
        }}
      >
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
          <Told language={language} own={inOwnWords(language, "disruption", kind.kind)}>
            {kind.description}
          </Told>
        </p>
        <div class="controls" key={chosen}>
          {Object.entries(kind.fields).map(([name, field]) => (
            <label key={name}>
              {term(language, name)}
              <Value page={page} name={name} field={field} isNeeded={kind.required.includes(name)} />
            </label>
          ))}
        </div>
        <Fault language={language} why={fault} />
        <button type="submit" class="plain" id="disrupt-run">
          {say(language, "disrupt_now")}
        </button>
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
  const usual = field.default == null ? (isNeeded ? (USUAL[name] ?? "") : "") : String(field.default);
  return (
    <>
      <input
        name={name}
        type="text"
        inputMode={isText(field) ? "text" : "decimal"}
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

function valuesOf(kind: Kind, form: FormData): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(kind.fields)) {
    const text = String(form.get(name) ?? "").trim();
    const number = Number(text);
    if (text !== "") values[name] = isText(field) || Number.isNaN(number) ? text : number;
  }
  return values;
}

function isText(field: Field): boolean {
  return field.type === "string" || field.enum !== undefined;
}

/** Asks the backend what it takes for a disruption. */
async function fetchKinds(): Promise<void> {
  if (store.page.disruptions !== null) return;
  const told = await get<Record<string, any>>("openapi.json");
  const commands: Schema[] =
    told?.["paths"]?.["/runs/{run}/commands"]?.post?.requestBody?.content?.["application/json"]?.schema?.anyOf ?? [];
  const disrupt = commands.find(({ properties }) => properties["kind"]?.enum?.[0] === "disrupt");
  const kinds = (disrupt?.properties["disruption"] as Schema | undefined)?.anyOf ?? [];
  store.change({
    disruptions: kinds.map(({ description = "", properties: { kind, ...fields }, required = [] }) => ({
      kind: kind?.enum?.[0] ?? "",
      description: description.replaceAll(/\s+/g, " "),
      fields,
      required,
    })),
  });
}
