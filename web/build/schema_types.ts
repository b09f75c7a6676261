/** TypeScript types from JSON schemas, as pydantic writes them: one for each definition, named by its title. */

export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  const?: unknown;
  enum?: unknown[];
  description?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  title?: string;
  type?: string;
}

/** A module with an interface for every definition of `schema`, and for itself. */
export function typesOf(schema: Schema, source: string): string {
  const named = { ...schema.$defs, [schema.title ?? "Root"]: schema };
  const parts = Object.keys(named)
    .sort()
    .map((name) => definition(name, named[name] as Schema));
  return `// Made from ${source} by \`./dev web node build/make_types.ts\`: change that, not this.\n\n${parts.join("\n")}`;
}

function definition(name: string, schema: Schema): string {
  const comment = schema.description ? `${documentation(schema.description, "")}\n` : "";
  if (!schema.properties) {
    return `${comment}export type ${name} = ${type(schema)};\n`;
  }
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties).map(([field, one]) => {
    const text = one.description ? `${documentation(one.description, "  ")}\n` : "";
    // What has its default value is left out of the JSON, and never sent as null.
    const optional = required.has(field) ? "" : "?";
    return `${text}  readonly ${field}${optional}: ${type(one)};\n`;
  });
  return `${comment}export interface ${name} {\n${fields.join("")}}\n`;
}

function type(schema: Schema): string {
  if (schema.$ref) {
    return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  }
  if ("const" in schema) {
    return JSON.stringify(schema.const);
  }
  if (schema.enum) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    return choices.map(type).join(" | ");
  }
  switch (schema.type) {
    case "array": {
      const items = schema.items ? type(schema.items) : "unknown";
      return items.includes(" ") ? `readonly (${items})[]` : `readonly ${items}[]`;
    }
    case "integer":
    case "number":
      return "number";
    case "boolean":
    case "null":
    case "string":
      return schema.type;
    case "object":
      return typeof schema.additionalProperties === "object"
        ? `Readonly<Record<string, ${type(schema.additionalProperties)}>>`
        : "Readonly<Record<string, unknown>>";
    default:
      return "unknown";
  }
}

function documentation(text: string, indent: string): string {
  const lines = text.replaceAll("*/", "* /").replaceAll("``", "`").split("\n");
  if (lines.length === 1) {
    return `${indent}/** ${lines[0]} */`;
  }
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join("\n");
}
