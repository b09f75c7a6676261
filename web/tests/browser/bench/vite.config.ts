import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The page of the printer tests, built as the app is; the caller gives the folder (`--outDir`). */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/app/",
  build: { target: ["chrome120"], assetsInlineLimit: 0, modulePreload: { polyfill: false }, emptyOutDir: true },
  worker: { format: "es" },
});
