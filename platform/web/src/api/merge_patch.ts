// RFC 7396: what changed between two JSON documents.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Returns `target` with a merge patch applied. Values that the patch does not name are shared, not copied. */
export function merged(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: { [name: string]: Json } = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
