import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

interface Options {
  /** Files that are copied as they are. */
  publicFolder: string;
  /** The name of the service worker's entry. */
  serviceWorker: string;
}

/**
 * Writes into the service worker which files make up the app, and a hash of all their content: the same sources give
 * the same bytes, and any change gives another version.
 *
 * The worker declares `__FILES__` and `__VERSION__` for it.
 */
export function offlineFiles({ publicFolder, serviceWorker }: Options): Plugin {
  return {
    name: "offline-files",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = Object.values(bundle).find((one) => one.type === "chunk" && one.name === serviceWorker);
        if (worker?.type !== "chunk") {
          throw new Error(`there is no entry named ${serviceWorker}`);
        }
        if (worker.imports.length > 0) {
          throw new Error("the service worker must be one file: classic workers import nothing");
        }
        const contents = new Map<string, string | Uint8Array>();
        for (const one of Object.values(bundle)) {
          if (one !== worker) {
            contents.set(one.fileName, one.type === "chunk" ? one.code : one.source);
          }
        }
        for (const path of readdirSync(publicFolder, { recursive: true, withFileTypes: true })) {
          if (path.isFile()) {
            const file = join(path.parentPath, path.name);
            contents.set(file.slice(publicFolder.length + 1).replaceAll("\\", "/"), readFileSync(file));
          }
        }
        const files = [...contents.keys()].sort();
        const hash = createHash("sha256").update(worker.code);
        for (const file of files) {
          hash.update(`\0${file}\0`).update(contents.get(file) ?? "");
        }
        worker.code = worker.code
          .replace(/\b__FILES__\b/, JSON.stringify(files))
          .replace(/\b__VERSION__\b/, JSON.stringify(hash.digest("hex").slice(0, 16)));
      },
    },
  };
}
