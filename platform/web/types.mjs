// Writes what documents.py says of the backend as TypeScript, into the folder that is named. Its input comes from
// `python hatch_build.py types`, which runs both.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";

const HEADER = "// Generated: `make renew` renews it.\n\n";
/** Prose of a schema: the types stay the same when somebody rewords it. */
const PROSE = new Set(["title", "description", "summary", "example", "examples"]);

const [folder] = process.argv.slice(2);
let input = "";
for await (const part of process.stdin) input += part;
const { openapi, asyncapi, facts } = JSON.parse(input);

const used = [...readFileSync("src/api/types.ts", "utf8").matchAll(/Answer<"(\w+)">/g)].map(([, name]) => name);
const { CloudEvent, ...messages } = asyncapi.components.messages; // the page reads feeds, no events

const files = {
  "openapi.ts": await typed(reached(openapi.components.schemas, used)),
  "asyncapi.ts": await typed(reached(asyncapi.components.schemas, refersTo(messages))),
  "facts.ts": constants(facts),
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), HEADER + text); // all, or none

/** Returns the named schemas, and those that they refer to. */
function reached(schemas, names, found = {}) {
  for (const name of names) {
    if (name in found) continue;
    found[name] = schemas[name];
    reached(schemas, refersTo(schemas[name]), found);
  }
  return found;
}

/** Returns the names of the schemas that a part of a document refers to. */
function refersTo(part) {
  return [...JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
}

/** Returns schemas as types: those of a document without routes. */
async function typed(schemas) {
  const document = { openapi: "3.1.0", info: openapi.info, paths: {}, components: { schemas } };
  return astToString(await openapiTS(withoutProse(document), { alphabetize: true }));
}

/** Returns a part of a document without its prose; a property may bear the name of a piece of prose. */
function withoutProse(part) {
  if (Array.isArray(part)) return part.map(withoutProse);
  if (part === null || typeof part !== "object") return part;
  const kept = Object.entries(part).filter(([name, value]) => !(PROSE.has(name) && isProse(name, value)));
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutProse(value)]));
}

function isProse(name, value) {
  return name.startsWith("example") || typeof value === "string";
}

/** Returns the parts of an object as constants, whose words are types as well. */
function constants(parts) {
  const lines = Object.entries(parts).map(
    ([name, value]) => `export const ${name.toUpperCase()} = ${JSON.stringify(value, null, 2)} as const;\n`,
  );
  return lines.join("\n");
}
