import { readFileSync } from "node:fs";
import { type Atlas, type AtlasFile, readAtlas } from "../../src/printing/atlas.ts";

/** The atlas of the server, as the tests read it. */
export const atlas: Atlas = readAtlas(
  JSON.parse(readFileSync(new URL("../../../shared/printing/glyphs.json", import.meta.url), "utf8")) as AtlasFile,
);
