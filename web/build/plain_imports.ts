import type { Plugin } from "vite";

/**
 * Lets `import()` be what the browser does. Vite's helper loads the styles and further chunks of a chunk ahead of it: half
 * a kilobyte for an app whose only later chunk has neither. Fails the build where one has.
 */
export function plainImports(): Plugin {
  return {
    name: "plain-imports",
    apply: "build",
    enforce: "pre",
    load: {
      filter: { id: /^\0vite\/preload-helper/ },
      handler: () => "export const __vitePreload = (load) => load();",
    },
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === "chunk" && chunk.isDynamicEntry && chunk.viteMetadata?.importedCss.size) {
          this.error(`${chunk.fileName} has styles of its own, which nobody would load`);
        }
      }
    },
  };
}
