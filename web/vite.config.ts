import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { apiDocs } from "./build/api_docs.ts";
import { compressedSiblings } from "./build/compressed_siblings.ts";
import { offlineFiles } from "./build/offline_files.ts";
import { plainImports } from "./build/plain_imports.ts";
import { wordsInOrder } from "./build/words_in_order.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The gateway that `./dev web serve` passes the API on to. */
const gateway = process.env["THUNGAN_GATEWAY_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: here,
  base: "/app/",
  // JSX by tsconfig.json: no plugin is needed for Preact.
  plugins: [
    plainImports(),
    wordsInOrder(),
    offlineFiles({ publicFolder: `${here}public`, serviceWorker: "sw" }),
    apiDocs(`${here}api_docs`),
    compressedSiblings(),
  ],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: ["chrome120", "safari17", "firefox121"],
    // The Content-Security-Policy allows no data: scripts and no inline ones, and one file more costs nothing offline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { app: `${here}index.html`, sw: `${here}src/sw.ts` },
      output: {
        // A service worker keeps its address; everything else is named by its content and never changes.
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  worker: { format: "es" },
  server: {
    // The glyph atlas and the document schema are the server's own files, next to this folder.
    fs: { allow: [`${here}..`] },
    proxy: { "/v1": { target: gateway, ws: true, changeOrigin: true } },
  },
});
