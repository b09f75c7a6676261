import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = new Set([".css", ".html", ".js", ".json", ".svg", ".webmanifest"]);
const WORTH_IT = 512;

/**
 * Lays a `.br` and a `.gz` beside every text file of the build: the gateway sends them without compressing anything.
 * `below` names the part of the output that this build has made.
 */
export function compressedSiblings(below = ""): Plugin {
  let folder = "";
  return {
    name: "compressed-siblings",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir, below);
    },
    closeBundle() {
      for (const path of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const file = join(path.parentPath, path.name);
        if (!path.isFile() || !TEXT.has(extname(file))) {
          continue;
        }
        const content = readFileSync(file);
        if (content.length < WORTH_IT) {
          continue;
        }
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
        writeFileSync(
          `${file}.br`,
          brotliCompressSync(content, {
            params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
          }),
        );
      }
    },
  };
}
