/** Checks values against a JSON schema, in the keywords that the document's schema uses. */

export interface Schema {
  readonly [keyword: string]: unknown;
}

/** What is wrong with a value, with where it is; null where nothing is. Throws at keywords that it does not know. */
export function violation(value: unknown, schema: Schema, root: Schema = schema, path = "$"): string | null {
  for (const [keyword, wanted] of Object.entries(schema)) {
    const problem = check(keyword, wanted, value, schema, root, path);
    if (problem !== null) {
      return problem;
    }
  }
  return null;
}

const NOTES = new Set(["$defs", "default", "description", "discriminator", "title", "required", "$schema", "examples"]);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  array: Array.isArray,
  boolean: (value) => typeof value === "boolean",
  integer: Number.isInteger,
  null: (value) => value === null,
  object: isRecord,
  string: (value) => typeof value === "string",
};

function check(
  keyword: string,
  wanted: unknown,
  value: unknown,
  schema: Schema,
  root: Schema,
  path: string,
): string | null {
  const unless = (isRight: boolean): string | null =>
    isRight ? null : `${path}: ${keyword} ${JSON.stringify(wanted)}`;
  switch (keyword) {
    case "$ref":
      return violation(value, definition(root, String(wanted)), root, path);
    case "const":
      return unless(value === wanted);
    case "enum":
      return unless((wanted as unknown[]).includes(value));
    case "type":
      return unless(TYPES[String(wanted)]?.(value) === true);
    case "pattern":
      return unless(typeof value !== "string" || new RegExp(String(wanted), "u").test(value));
    // Lengths count characters, not UTF-16 units, as in the server's language.
    case "minLength":
      return unless(typeof value !== "string" || [...value].length >= Number(wanted));
    case "maxLength":
      return unless(typeof value !== "string" || [...value].length <= Number(wanted));
    case "minimum":
      return unless(typeof value !== "number" || value >= Number(wanted));
    case "maximum":
      return unless(typeof value !== "number" || value <= Number(wanted));
    case "minItems":
      return unless(!Array.isArray(value) || value.length >= Number(wanted));
    case "maxItems":
      return unless(!Array.isArray(value) || value.length <= Number(wanted));
    case "items":
      return Array.isArray(value)
        ? first(value, (one, index) => violation(one, wanted as Schema, root, `${path}[${index}]`))
        : null;
    case "properties":
      return isRecord(value) ? fields(value, wanted as Record<string, Schema>, schema, root, path) : null;
    case "additionalProperties":
      return isRecord(value) && wanted === false ? unknownField(value, schema, path) : null;
    case "anyOf":
    case "oneOf":
      return oneOf(value, wanted as Schema[], schema, root, path);
    default:
      if (NOTES.has(keyword)) {
        return null;
      }
      throw new Error(`the schema has ${keyword}, which is not understood`);
  }
}

function fields(
  value: Record<string, unknown>,
  properties: Record<string, Schema>,
  schema: Schema,
  root: Schema,
  path: string,
): string | null {
  const missing = ((schema["required"] ?? []) as string[]).find((name) => !(name in value));
  if (missing !== undefined) {
    return `${path}: ${missing} is missing`;
  }
  return first(Object.entries(properties), ([name, one]) =>
    name in value ? violation(value[name], one, root, `${path}.${name}`) : null,
  );
}

function unknownField(value: Record<string, unknown>, schema: Schema, path: string): string | null {
  const known = (schema["properties"] ?? {}) as Record<string, Schema>;
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(known, name));
  return unknown === undefined ? null : `${path}: ${unknown} is not known`;
}

function oneOf(value: unknown, choices: Schema[], schema: Schema, root: Schema, path: string): string | null {
  const discriminator = schema["discriminator"] as
    | { propertyName: string; mapping: Record<string, string> }
    | undefined;
  if (discriminator && isRecord(value)) {
    const name = String(value[discriminator.propertyName]);
    // Only the choice that the value names shows what is wrong with it.
    return Object.hasOwn(discriminator.mapping, name)
      ? violation(value, definition(root, discriminator.mapping[name] as string), root, path)
      : `${path}: ${name} is not known`;
  }
  return choices.some((one) => violation(value, one, root, path) === null) ? null : `${path}: none of the choices`;
}

function definition(root: Schema, reference: string): Schema {
  const found = (root["$defs"] as Record<string, Schema> | undefined)?.[reference.replace("#/$defs/", "")];
  if (!found) {
    throw new Error(`the schema has no ${reference}`);
  }
  return found;
}

function first<T>(values: readonly T[], problemOf: (value: T, index: number) => string | null): string | null {
  for (const [index, value] of values.entries()) {
    const problem = problemOf(value, index);
    if (problem !== null) {
      return problem;
    }
  }
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
