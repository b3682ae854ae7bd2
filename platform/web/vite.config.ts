import { defineConfig, type Plugin } from "vite";
import { ROUTES } from "./src/api/generated/facts";
import { drawWorld } from "./world";

const BACKEND = process.env.CLOUDFAIR_URL ?? "http://127.0.0.1:8000";

/** Gives the address of the world, as it is drawn now, to what imports `virtual:world`. */
function world(): Plugin {
  let isBuilt = false;
  return {
    name: "world",
    config: (_, { command }) => {
      isBuilt = command === "build";
    },
    resolveId: (id) => (id === "virtual:world" ? "\0world" : null),
    load(id) {
      if (id !== "\0world") return null;
      const source = JSON.stringify(drawWorld());
      if (!isBuilt) return `export default ${JSON.stringify(`data:application/json,${encodeURIComponent(source)}`)}`;
      const file = this.emitFile({ type: "asset", name: "world.json", source });
      return `export default import.meta.ROLLUP_FILE_URL_${file}`;
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [world()],
  build: { outDir: "../cloudfair/web", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
  // `npm run dev` shows the sources against a backend that `fair serve` runs
  server: { proxy: Object.fromEntries(ROUTES.map((route) => [route, { target: BACKEND, ws: true }])) },
});
