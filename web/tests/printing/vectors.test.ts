import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { layOut } from "../../src/printing/layout.ts";
import type { WidthDots } from "../../src/printing/profile.ts";
import { draw } from "../../src/printing/raster.ts";
import { readDocument } from "../../src/printing/read_document.ts";
import { atlas } from "./atlas_file.ts";

interface Vector {
  document: { title: string };
  rasters: Record<string, { height: number; sha256: string }>;
}

const VECTORS = new URL("../../../tests/unit/printing/golden/vectors.json", import.meta.url);

for (const [index, { document, rasters }] of (JSON.parse(readFileSync(VECTORS, "utf8")) as Vector[]).entries()) {
  for (const [width, expected] of Object.entries(rasters)) {
    test(`vector ${index} (${document.title}) comes out dot for dot as the server draws it, ${width} dots wide`, () => {
      const raster = draw(layOut(readDocument(document), Number(width) as WidthDots, atlas), atlas);
      assert.equal(raster.height, expected.height);
      assert.equal(createHash("sha256").update(raster.data).digest("hex"), expected.sha256);
    });
  }
}
