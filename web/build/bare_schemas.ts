import type { Plugin } from "vite";

const PROSE = new Set(["description", "title", "examples"]);

/** Leaves out of JSON schemas what only people read: a third of the drawing worker. */
export function bareSchemas(): Plugin {
  return {
    name: "bare-schemas",
    enforce: "pre",
    transform: {
      filter: { id: /\.schema\.json$/ },
      handler: (code) => ({ code: JSON.stringify(bare(JSON.parse(code))), map: null }),
    },
  };
}

/** Properties keep their names, also one that is called `title`. */
function bare(schema: unknown, isNames = false): unknown {
  if (Array.isArray(schema)) {
    return schema.map((one) => bare(one));
  }
  if (typeof schema !== "object" || schema === null) {
    return schema;
  }
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => isNames || !PROSE.has(keyword))
      .map(([keyword, value]) => [keyword, bare(value, !isNames && (keyword === "properties" || keyword === "$defs"))]),
  );
}
