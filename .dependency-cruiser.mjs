/** The layers of analyzer/README.md, checked. Each rule says what to do instead. */
const folder = (name) => `^analyzer/${name}/`;
const layer = (name, allowed, comment) => ({
  name: `${name}-imports`,
  comment,
  severity: "error",
  from: { path: folder(name) },
  to: { path: "^analyzer/", pathNot: [name, ...allowed].map(folder) },
});

/** Modules of report/ that are about text only. */
const SHARED = "(?:text|text-words|tallies|times|markdown-blocks|step-notes|html-lanes|html-axis)\\.ts$";

export default {
  forbidden: [
    layer("model", [], "model/ holds types and words only; it imports nothing."),
    layer("bundle", ["model"], "bundle/ reads bytes; what they mean is the business of sources/."),
    layer("sources", ["model"], "a source turns lines into drafts; it knows neither the store nor the clock."),
    layer("clock", ["model"], "clock/ is pure: give it what it needs as arguments."),
    layer("diagnosis", ["model"], "diagnosis/ reads findings, never the store."),
    {
      name: "client-imports",
      comment: "client/ runs in the browser: model/, and the renderers' text modules, which import nothing else.",
      severity: "error",
      from: { path: folder("client") },
      to: { path: "^analyzer/", pathNot: [folder("client"), folder("model"), `${folder("report")}${SHARED}`] },
    },
    {
      name: "shared-with-client",
      comment: "what the browser shares with the renderers must not need Node.js.",
      severity: "error",
      from: { path: `${folder("report")}${SHARED}` },
      to: { pathNot: [folder("model"), `${folder("report")}${SHARED}`] },
    },
    layer("store", ["model"], "store/ is below entities, rules and report."),
    layer("entities", ["model", "store"], "ask the store; do not parse."),
    layer("rules", ["model", "store"], "a rule asks its view; do not parse, do not render."),
    layer("report", ["model", "store"], "a renderer is a pure function of the IncidentReport."),
    {
      name: "cli-imports",
      comment: "cli/ calls analyze.ts, bundle, store, rules and report; it does not reach into the other stages.",
      severity: "error",
      from: { path: folder("cli") },
      to: { path: "^analyzer/(?:sources|clock|entities|diagnosis|client|ingest|clock-pass)" },
    },
    {
      name: "nothing-imports-cli",
      comment: "only cli/ prints and exits; throw an error or return a value instead.",
      severity: "error",
      from: { pathNot: folder("cli") },
      to: { path: folder("cli") },
    },
    {
      name: "pipeline-imports",
      comment: "analyze.ts, ingest.ts and clock-pass.ts tie the stages together; they know neither cli/ nor client/.",
      severity: "error",
      from: { path: "^analyzer/[^/]+\\.ts$" },
      to: { path: "^analyzer/(?:cli|client)/" },
    },
    {
      name: "no-circular",
      comment: "split the module, or move the shared part below both.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-test-in-analyzer",
      comment: "the analyzer does not know its tests.",
      severity: "error",
      from: { path: "^analyzer/" },
      to: { path: "^(?:test|samples)/" },
    },
    {
      name: "files-only-where-allowed",
      comment: "only bundle/, store/, cli/, registries and the template loader touch the disk.",
      severity: "error",
      from: {
        path: "^analyzer/(?:model|clock|diagnosis|entities|sources|rules|report)/",
        pathNot: "(?:registry|html-templates)\\.ts$",
      },
      to: { path: "^(?:node:)?(?:fs|child_process|net|http|https|dns)(?:/promises)?$" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(?:dist|node_modules)/" },
  },
};
