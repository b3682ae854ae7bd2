// What the backend lets people start and disrupt, read from its own schemas, for forms to be made of.

import { get } from "./http";
import type { Scenario } from "./types";

export interface Parameter {
  type: "number" | "integer" | "string" | "array";
  minimum?: number;
  maximum?: number;
  description?: string;
}

export interface Scenarios {
  list: readonly Scenario[];
  /** By its path, such as `negotiations.patience_mean_min`. */
  parameters: Readonly<Record<string, Parameter>>;
}

export interface Field {
  type?: "number" | "integer" | "string";
  enum?: string[];
  anyOf?: Field[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** A kind of disruption. */
export interface Kind {
  kind: string;
  description: string;
  fields: Record<string, Field>;
  required: string[];
}

interface Schema {
  description?: string;
  properties: Record<string, Field>;
  required?: string[];
  anyOf?: Schema[];
}

interface Document {
  paths: Record<string, { post?: { requestBody?: { content: Record<string, { schema: Schema }> } } }>;
}

/** Returns the scenarios that can be started here, with their parameters; null where the backend does not answer. */
export async function fetchScenarios(): Promise<Scenarios | null> {
  const list = await get<Scenario[]>("scenarios");
  if (list === null || list.length === 0) return list && { list, parameters: {} };
  const schema = await get<{ properties: Record<string, { properties?: Record<string, Parameter> }> }>(
    "scenarios/schema",
  );
  if (schema === null) return null;
  const parameters = Object.entries(schema.properties).flatMap(([part, { properties = {} }]) =>
    Object.entries(properties).map(([name, parameter]): [string, Parameter] => [`${part}.${name}`, parameter]),
  );
  return { list, parameters: Object.fromEntries(parameters) };
}

/** Returns the kinds of disruption that an operator can inject; null where the backend does not answer. */
export async function fetchKinds(): Promise<Kind[] | null> {
  const document = await get<Document>("openapi.json");
  if (document === null) return null;
  const body = document.paths["/runs/{run}/commands"]?.post?.requestBody?.content["application/json"];
  const disrupt = body?.schema.anyOf?.find(({ properties }) => properties.kind?.enum?.[0] === "disrupt");
  const kinds = (disrupt?.properties.disruption as Schema | undefined)?.anyOf ?? [];
  return kinds.map(({ description = "", properties: { kind, ...fields }, required = [] }) => ({
    kind: kind?.enum?.[0] ?? "",
    description: description.replaceAll(/\s+/g, " "),
    fields,
    required,
  }));
}
