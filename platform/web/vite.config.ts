import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: { outDir: "../cloudfair/web", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
  // `npm run dev` shows the sources against a backend that `fair serve` runs
  server: {
    proxy: {
      "/runs": { target: process.env["CLOUDFAIR_URL"] ?? "http://127.0.0.1:8000", ws: true },
    },
  },
});
