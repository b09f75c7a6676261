/**
 * The renderer, for other programs: reads one JSON job a line, answers each with one line.
 *
 * `{document, profile, resync}` → the height and SHA-256 of the raster, and the bytes (base64) for the printer.
 */
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { toEscpos } from "../../src/printing/escpos.ts";
import { layOut } from "../../src/printing/layout.ts";
import type { PrinterProfile } from "../../src/printing/profile.ts";
import { draw } from "../../src/printing/raster.ts";
import { readDocument } from "../../src/printing/read_document.ts";
import { atlas } from "./atlas_file.ts";

interface Job {
  document: unknown;
  profile: PrinterProfile;
  resync: boolean;
}

function answer({ document: given, profile, resync }: Job): object {
  const document = readDocument(given);
  const raster = draw(layOut(document, profile.width_dots, atlas), atlas);
  return {
    height: raster.height,
    sha256: createHash("sha256").update(raster.data).digest("hex"),
    escpos: Buffer.from(toEscpos(document, profile, atlas, resync)).toString("base64"),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let result: object;
  try {
    result = answer(JSON.parse(line) as Job);
  } catch (error) {
    result = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
