import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Plugin } from "vite";

const VIEWER = [
  "LICENSE",
  "NOTICE",
  "swagger-ui-bundle.js",
  "swagger-ui-bundle.js.LICENSE.txt",
  "swagger-ui.css",
] as const;

/**
 * Lays the viewer of the API, Swagger UI with the page that opens it, into `docs` beside the app's files: the gateway
 * serves it at `/docs`. It is no part of the app: phones neither load it nor keep it.
 */
export function apiDocs(page: string): Plugin {
  let folder = "";
  return {
    name: "api-docs",
    apply: "build",
    configResolved(config) {
      folder = join(resolve(config.root, config.build.outDir), "docs");
    },
    closeBundle() {
      const viewer = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
      mkdirSync(folder, { recursive: true });
      for (const name of VIEWER) {
        copyFileSync(join(viewer, name), join(folder, name));
      }
      for (const name of readdirSync(page)) {
        copyFileSync(join(page, name), join(folder, name));
      }
    },
  };
}
