/// <reference lib="webworker" />
/** Draws documents in a worker, so that the screen never stands still. */

import glyphsAddress from "../../../shared/printing/glyphs.json?url&no-inline";
import { type Atlas, type AtlasFile, readAtlas } from "./atlas.ts";
import { toEscpos } from "./escpos.ts";
import type { DrawingAnswer, DrawingJob, DrawingRequest, Drawn } from "./jobs.ts";
import { layOut } from "./layout.ts";
import { symbol } from "./qr_symbol.ts";
import { draw } from "./raster.ts";
import { readDocument } from "./read_document.ts";

declare const self: DedicatedWorkerGlobalScope;

let atlas: Promise<Atlas> | null = null;

function loadAtlas(): Promise<Atlas> {
  // Where it could not be loaded, the next document tries again.
  atlas ??= fetch(glyphsAddress)
    .then(async (response) => {
      if (!response.ok) {
        throw new Error(`the glyph atlas cannot be loaded: ${response.status}`);
      }
      return readAtlas((await response.json()) as AtlasFile);
    })
    .catch((error: unknown) => {
      atlas = null;
      throw error;
    });
  return atlas;
}

async function done(job: DrawingJob): Promise<Drawn> {
  if (job.kind === "qr") {
    return symbol(job.data, "M");
  }
  const document = readDocument(job.document);
  if (job.kind === "picture") {
    const letters = await loadAtlas();
    return draw(layOut(document, job.width, letters), letters);
  }
  return toEscpos(document, job.profile, await loadAtlas(), job.resync);
}

self.addEventListener("message", ({ data }: MessageEvent<DrawingRequest>) => {
  done(data.job).then(
    (result) => {
      const answer: DrawingAnswer = { id: data.id, result };
      self.postMessage(answer);
    },
    (error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const answer: DrawingAnswer = { id: data.id, problem: { name, message } };
      self.postMessage(answer);
    },
  );
});
