/** Writes `src/api/types.ts` and `src/api/staff_of.ts`: the types of the gateway's API, and who of the office may call it. */
import { readFileSync, writeFileSync } from "node:fs";
import { type Schema, typesOf } from "./schema_types.ts";

export const API_DESCRIPTION = new URL("../../docs/openapi.json", import.meta.url);
export const API_TYPES = new URL("../src/api/types.ts", import.meta.url);
export const STAFF_OF = new URL("../src/api/staff_of.ts", import.meta.url);

interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: Schema;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  summary?: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content>;
  "x-roles"?: { staff?: readonly string[] };
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const JSON_TYPE = "application/json";

/** The module: for every route, the roles of people in the office who may call it. */
export function staffOf(): string {
  const description = JSON.parse(readFileSync(API_DESCRIPTION, "utf8")) as Description;
  const routes: string[] = [];
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (answerOf(operation)) {
        const roles = operation["x-roles"]?.staff ?? [];
        routes.push(
          `  ${JSON.stringify(`${method.toUpperCase()} ${path}`)}: ${JSON.stringify(roles).replaceAll(",", ", ")},\n`,
        );
      }
    }
  }
  return `// Made from docs/openapi.json by \`./dev web node build/make_api_types.ts\`: change that, not this.
import type { Paths, StaffRole } from "./types.ts";

/** For every route, the roles of people in the office who may call it. */
export const STAFF_OF: Readonly<Record<keyof Paths, readonly StaffRole[]>> = {
${routes.join("")}};
`;
}

/** The answer of an operation; none for a page for people. */
function answerOf(operation: Operation): Content | null {
  const answer = Object.entries(operation.responses).find(([status]) => status.startsWith("2"))?.[1];
  return answer?.content?.[JSON_TYPE] ? answer : null;
}

/** The module: an interface for every schema, and `Paths`, which has what each route takes and returns. */
export function apiTypes(): string {
  const description = JSON.parse(readFileSync(API_DESCRIPTION, "utf8")) as Description;
  const routes: string[] = [];
  const inline: Record<string, Schema> = {};
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const answer = answerOf(operation);
      if (answer === null) {
        continue;
      }
      const name = `${method.toUpperCase()} ${path}`;
      const fields = [
        ...parameters("params", operation, "path"),
        ...parameters("query", operation, "query"),
        ...(operation.parameters?.some((one) => one.in === "header") ? ["key: string"] : []),
        ...(operation.requestBody ? [`body: ${written(operation.requestBody, name, inline)}`] : []),
        `answer: ${written(answer, name, inline)}`,
      ];
      const comment = operation.summary ? `  /** ${operation.summary} */\n` : "";
      routes.push(`${comment}  ${JSON.stringify(name)}: {\n${fields.map((field) => `    ${field};\n`).join("")}  };\n`);
    }
  }
  const types = typesOf(
    { title: "AppApi", $defs: { ...description.components.schemas, ...inline } },
    "docs/openapi.json",
  )
    .replace("build/make_types.ts", "build/make_api_types.ts")
    .replace("export type AppApi = unknown;\n", "");
  return `${types}\n/** What each route takes and gives. */\nexport interface Paths {\n${routes.join("")}}\n`;
}

function parameters(field: string, operation: Operation, place: Parameter["in"]): string[] {
  const found = (operation.parameters ?? []).filter((one) => one.in === place);
  if (found.length === 0) {
    return [];
  }
  const type = place === "path" ? () => "string" : (one: Parameter) => (isNumber(one.schema) ? "number" : "string");
  const inner = found.map((one) => `${JSON.stringify(one.name)}${one.required ? "" : "?"}: ${type(one)}`).join("; ");
  return [`${field}${found.some((one) => one.required) ? "" : "?"}: { ${inner} }`];
}

function isNumber(schema: Schema): boolean {
  const choices = schema.anyOf ?? [schema];
  return choices.some((one) => one.type === "integer" || one.type === "number");
}

/** The name of a content's schema; one that stands inline gets the operation's name. */
function written(content: Content, operation: string, inline: Record<string, Schema>): string {
  const schema = content.content?.[JSON_TYPE]?.schema;
  if (!schema) {
    return "unknown";
  }
  if (schema.$ref) {
    return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  }
  const name = `${operation
    .replaceAll(/[^A-Za-z]+/g, " ")
    .trim()
    .split(" ")
    .map((word) => word[0]?.toUpperCase() + word.slice(1).toLowerCase())
    .join("")}Content`;
  inline[name] = schema;
  return name;
}

if (import.meta.main) {
  writeFileSync(API_TYPES, apiTypes());
  writeFileSync(STAFF_OF, staffOf());
}
