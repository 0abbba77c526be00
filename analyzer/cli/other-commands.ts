import type { Command } from "commander";
import { openBundle } from "../bundle/open.ts";
import { indexTexts } from "../store/finish.ts";
import { type NeighbourSecrets, neighbourSecrets } from "../store/secret-queries.ts";
import { createStore, isOwnStore, openStore } from "../store/open.ts";
import { analyze } from "../analyze.ts";
import { inertJson } from "../report/json.ts";
import { createRedactor } from "../report/redactor.ts";
import { loadRules } from "../rules/registry.ts";
import type { Rule } from "../rules/types.ts";
import { collectorScript } from "./collector-script.ts";
import { onceAmong, reopen } from "./reopen.ts";
import { plainLine, UsageError } from "./errors.ts";
import { checkDirectory, testRules } from "./rule-tests.ts";
import { toolVersion } from "./version.ts";

/** Adds `collector`, `query` and `rules`. */
export function addOtherCommands(program: Command, finish: (exit: number) => void): void {
  program
    .command("collector")
    .description("print collect.sh: coldcase collector | ssh pi@k1 'sudo sh -s' > k1.tar.gz")
    .option("--stamp", "put this machine's clock into it, to bound the error of the node's clock")
    .action((options: { stamp?: boolean }) => {
      process.stdout.write(collectorScript(options.stamp ? new Date() : null));
    });
  program
    .command("query")
    .description("run SQL over a bundle or a database that coldcase wrote")
    .argument("<bundle-or-db>")
    .argument("<sql>")
    .option("--json", "rows as JSON")
    .option("--csv", "rows as CSV")
    .option("--no-redact", "show secrets as they stand in the database")
    .action(async (path: string, sql: string, options: QueryOptions) => query(path, sql, options));
  program
    .command("rules")
    .description("list the rules, explain one, or test your own")
    .argument("[id]")
    .option("--test <dir>", "run the rules of a directory (<id>.yaml) against their own cases")
    .option("--rules <dir>", "list or explain these as well")
    .action(async (id: string | undefined, options: { test?: string; rules?: string }) => {
      if (options.test !== undefined) finish(await testRules(options.test));
      else await showRules(id, options.rules === undefined ? null : checkDirectory(options.rules));
    });
}

function say(text: string): void {
  process.stdout.write(`${plainLine(text)}\n`);
}

interface QueryOptions {
  json?: boolean;
  csv?: boolean;
  redact: boolean;
}

async function query(path: string, sql: string, options: QueryOptions): Promise<void> {
  const database = isOwnStore(path) ? await openStore(path) : await createStore("");
  if (!isOwnStore(path)) {
    const plain = {
      timezone: null,
      year: null,
      collectedAt: null,
      rules: null,
      version: toolVersion(),
    };
    const bundle = await openBundle([path]);
    const once = await onceAmong([path]);
    await analyze(reopen(bundle, [path], {}, once), database, plain, () => undefined);
    if (once.size > 0) await bundle.close();
    if (sql.includes("text_fts")) indexTexts(database);
  }
  let rows: Record<string, unknown>[];
  try {
    database.pragma("query_only = ON");
    rows = database.prepare(sql).all() as Record<string, unknown>[];
    if (options.redact) rows = maskRows(rows, neighbourSecrets(database));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the query failed: ${message}`, "tables and views are described in analyzer/store/schema.sql");
  } finally {
    database.close();
  }
  if (options.json) process.stdout.write(`${inertJson(JSON.stringify(rows, null, 2))}\n`);
  else if (options.csv) writeTable(rows, csvCell, ",");
  else writeTable(rows, (value) => plainLine(String(value ?? "")).replaceAll("\n", "\\n"), "\t");
}

/** The database keeps what the bundle holds; what is taken out of it leaves without secrets. */
function maskRows(rows: Record<string, unknown>[], neighbours: NeighbourSecrets): Record<string, unknown>[] {
  const { mask } = createRedactor({ mode: "default", words: [], names: [], ...neighbours });
  const cell = (value: unknown): unknown => (typeof value === "string" ? mask(value) : value);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(value)])));
}

function csvCell(value: unknown): string {
  const text = String(value ?? "");
  // A spreadsheet runs cells that begin like a formula.
  const inert = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

function writeTable(rows: Record<string, unknown>[], cell: (value: unknown) => string, separator: string): void {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first);
  process.stdout.write(`${columns.map(cell).join(separator)}\n`);
  for (const row of rows) process.stdout.write(`${columns.map((column) => cell(row[column])).join(separator)}\n`);
}

async function showRules(id: string | undefined, directory: string | null): Promise<void> {
  const rules = await loadRules(directory);
  if (id === undefined) {
    for (const rule of rules)
      say(`${rule.id.padEnd(28)} ${rule.severity.padEnd(9)} ${rule.cause.padEnd(24)} ${rule.passTitle}`);
    return;
  }
  const rule = rules.find((candidate) => candidate.id === id);
  if (!rule) throw new UsageError(`no rule is called ${id}`, "coldcase rules lists them");
  explainRule(rule);
}

function explainRule(rule: Rule): void {
  say(`${rule.id}: ${rule.title}`);
  say(`layer ${rule.layer}, role ${rule.role}, cause ${rule.cause}, severity ${rule.severity}`);
  say(rule.why);
  if (rule.explains.length > 0) say(`explains: ${rule.explains.join(", ")}`);
  for (const step of rule.remedy) say(`- [${step.risk}] ${step.text}${step.command ? `\n    ${step.command}` : ""}`);
  const samples = (kind: "fires" | "quiet"): string[] =>
    rule.type === "line" ? rule.cases[kind] : rule.cases[kind].flatMap((bundle) => Object.values(bundle));
  for (const line of samples("fires")) say(`fires: ${line}`);
  for (const line of samples("quiet")) say(`quiet: ${line}`);
  for (const reference of rule.references) say(`see ${reference}`);
}
