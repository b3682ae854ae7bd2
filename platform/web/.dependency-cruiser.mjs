// The folders of the page in layers: a folder imports folders below it, and nothing imports in a circle.

/** From the top; folders of one line do not import each other. */
const LAYERS = [["desk"], ["views"], ["maps"], ["ui"], ["charts"], ["state"], ["api", "text"], ["browser"]];

const upward = LAYERS.flatMap((folders, depth) =>
  folders.map((folder) => {
    const above = LAYERS.slice(0, depth).flat();
    const beside = folders.filter((other) => other !== folder);
    return {
      name: `${folder}-imports-only-folders-below`,
      severity: "error",
      from: { path: `^src/${folder}/` },
      to: { path: `^src/(?:main\\.tsx|(?:${[...above, ...beside, "none"].join("|")})/)` },
    };
  }),
);

export default {
  forbidden: [
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphan",
      comment: "A file that nothing imports is dead.",
      severity: "error",
      from: { orphan: true, pathNot: ["\\.d\\.ts$", "\\.css$", "words/[a-z-]+\\.json$"] },
      to: {},
    },
    {
      name: "only-plot-knows-uplot",
      severity: "error",
      from: { pathNot: "^src/charts/(plot|labels)\\.ts$" },
      to: { path: "node_modules/uplot" },
    },
    ...upward,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "\\.test\\.tsx?$" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true, // imports of types are arrows as well
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".d.ts", ".json", ".css"] },
  },
};
