import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compressedSiblings } from "../build/compressed_siblings.ts";
import { wordsInOrder } from "../build/words_in_order.ts";

const web = fileURLToPath(new URL("..", import.meta.url));

/** The gateway that `vite --config office/vite.config.ts` passes the API on to. */
const gateway = process.env["THUNGAN_GATEWAY_URL"] ?? "http://127.0.0.1:8080";

/** The office at `/office/`: made of the same sources as the phone app, and built into a folder beside its files. */
export default defineConfig({
  root: web,
  base: "/",
  publicDir: false,
  plugins: [wordsInOrder(), compressedSiblings("office")],
  build: {
    outDir: "dist",
    // The phone app is built first, into the same folder.
    emptyOutDir: false,
    assetsDir: "office/assets",
    target: ["chrome120", "safari17", "firefox121"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: { office: `${web}office/index.html` } },
  },
  worker: { format: "es" },
  server: {
    fs: { allow: [`${web}..`] },
    proxy: { "/v1": { target: gateway, changeOrigin: true } },
  },
});
