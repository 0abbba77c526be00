import { closeSync, openSync } from "node:fs";
import { basename } from "node:path";
import type { Command } from "commander";
import type { Assistance } from "../analyze.ts";
import { analyze } from "../analyze.ts";
import type { BundleInput } from "../compare.ts";
import { analyzeSeveral } from "../compare.ts";
import type { Limits } from "../bundle/limits.ts";
import { limitOptions } from "../bundle/limits.ts";
import { bundleKind, openBundle } from "../bundle/open.ts";
import { neighbourSecrets } from "../store/secret-queries.ts";
import type { AnalysisOptions, Progress } from "../model/analysis.ts";
import type { OpenedBundle } from "../model/artifact.ts";
import type { ReportEvents } from "../model/events.ts";
import type { IncidentReport } from "../model/report.ts";
import { severities } from "../model/words.ts";
import type { EventSelection } from "../report/event-selection.ts";
import { selectEvents } from "../report/event-selection.ts";
import { exportEvents } from "../report/events.ts";
import { createRereader } from "../rereader.ts";
import { renderHtml } from "../report/html.ts";
import { renderJson } from "../report/json.ts";
import { renderMarkdown } from "../report/markdown.ts";
import type { Redaction } from "../report/redact-report.ts";
import { redactReport } from "../report/redact-report.ts";
import { renderTerminal } from "../report/terminal.ts";
import { createStore } from "../store/open.ts";
import { EXIT, UsageError } from "./errors.ts";
import { checkUserRules } from "./rule-tests.ts";
import { lastLook, lastLookAtEvents, lastLookAtPage } from "./last-look.ts";
import { maskAgain } from "./mask-again.ts";
import type { OutputOptions, OutputPlan } from "./outputs.ts";
import { partialName, planOutputs, publish, writeOutput } from "./outputs.ts";
import type { ProgressMode } from "./progress.ts";
import { createProgress } from "./progress.ts";
import type { RedactionArguments } from "./redaction-options.ts";
import { onceAmong, reopen } from "./reopen.ts";
import { readRedaction } from "./redaction-options.ts";
import { isHtmlReport, readReportFile, REPORT_SUFFIX } from "./report-file.ts";
import { toolVersion } from "./version.ts";

/** Below the 4 MB that every tracker takes as an attachment (old Gitea: 4 MB). */
const HTML_BYTES = 3_900_000;
/** Options that say how to read a bundle, or what to make of it. */
const NEED_BUNDLE = ["timezone", "year", "collectedAt", "db", "rules"] as const;

interface AnalyzeOptions extends OutputOptions, RedactionArguments, Partial<Record<keyof Limits, string>> {
  timezone?: string;
  year?: string;
  collectedAt?: string;
  failOn?: string;
  rules?: string;
  progress: ProgressMode;
}

/** Adds `analyze`, which is also what a bare `coldcase <bundle>` means. */
export function addAnalyzeCommand(program: Command, finish: (exit: number) => void): void {
  program
    .command("analyze", { isDefault: true })
    .description("analyse a bundle and write <name>.html, <name>.md and <name>.sqlite")
    .argument(
      "<bundle...>",
      "tarballs or directories of one node, loose files, - for stdin, or an earlier report (.html)",
    )
    .option("--out <dir>", "directory for the default outputs")
    .option("--html <file>", "write only the outputs named; - is stdout")
    .option("--markdown <file>")
    .option("--json <file>")
    .option("--db <file>", "keep the SQLite database here")
    .option("--timezone <IANA>", "the node's zone, for times written without one")
    .option("--year <yyyy>", "the year, for times written without one")
    .option("--collected-at <ISO>", "when the bundle was made")
    .option("--rules <dir>", "a directory with rules of your own, <id>.yaml")
    .option("--redact <mode>", "default masks secrets, strict private addresses and names as well", "default")
    .option("--no-redact", "mask nothing in what is written")
    .option("--redact-words <file>", "mask these words too, one a line")
    .option("--fail-on <severity>", `exit 1 with a finding at or above it: ${severities.join(" ")}`)
    .option("--progress <mode>", "auto, plain or none", "auto")
    .option("--max-total-bytes <n>", "limits of what is read from a bundle, with words when one bites")
    .option("--max-artifact-bytes <n>")
    .option("--max-entries <n>")
    .option("--max-path-length <n>")
    .option("--max-line-bytes <n>")
    .option("--max-events <n>")
    .option("--max-ratio <n>")
    .action(async (paths: string[], options: AnalyzeOptions) => finish(await run(paths, options)));
}

async function run(paths: string[], options: AnalyzeOptions): Promise<number> {
  const failOn = readFailOn(options.failOn);
  const [path = ""] = paths;
  if (paths.length === 1 && isHtmlReport(path)) return renderAgain(path, options, failOn);
  const analysis = readOptions(options);
  if (analysis.rules !== null) await checkUserRules(analysis.rules);
  const masking = readRedaction(options);
  const limits = readLimits(options);
  const groups = await groupPaths(paths);
  const once = await onceAmong(paths);
  if (groups.length > 1 && analysis.collectedAt !== null) {
    throw new UsageError("--collected-at says when one bundle was made", "give one bundle, or leave the option out");
  }
  const opened: OpenedBundle[] = [];
  for (const group of groups) opened.push(await openBundle(group, { limits }));
  const plan = planOutputs(opened.at(-1)?.name ?? "", options);
  const progress = createProgress(options.progress);
  const inputs: BundleInput[] = [];
  for (const [index, group] of groups.entries()) {
    const first = opened[index] as OpenedBundle;
    const database = await createStore(databaseFile(plan, index));
    inputs.push({ label: group[0] ?? first.name, open: reopen(first, group, limits, once), database });
  }
  const {
    report: whole,
    newest,
    selection,
  } = await analyzeAll(inputs, analysis, {
    withEvents: plan.html !== null,
    rereader: once.size > 0 ? undefined : createRereader({ paths, limits }),
    onProgress: (step) => progress.show(step),
  });
  const told = masking.mode === "none" ? [] : inputs.map(({ database }) => neighbourSecrets(database));
  const redaction = redactReport(whole, masking, {
    keyLines: told.flatMap(({ keyLines }) => keyLines),
    namedValues: told.flatMap(({ namedValues }) => namedValues),
  });
  const events = selection === null ? null : await eventsFor(selection, redaction);
  const report = { ...redaction.report, redaction: redaction.summary() };
  for (const { database } of inputs) database.close();
  if (once.size > 0) for (const bundle of opened) await bundle.close();
  progress.clear();
  if (plan.database !== null) publish(plan.database, inputs.indexOf(newest));
  writeAll(plan, report, events);
  return exitFor(report, failOn);
}

function exitFor(report: IncidentReport, failOn: number | null): number {
  const rank = (severity: string): number => severities.findIndex((word) => word === severity);
  const counted = report.findings.filter(({ change }) => change !== "fixed");
  return failOn !== null && counted.some(({ severity }) => rank(severity) <= failOn) ? EXIT.findings : EXIT.ok;
}

/** Archives and directories are bundles of their own; loose files given together form one, in the place of the first. */
async function groupPaths(paths: string[]): Promise<string[][]> {
  const groups: string[][] = [];
  let loose: string[] | null = null;
  for (const path of paths) {
    const kind = await bundleKind(path);
    if (kind === "file" && loose !== null) {
      loose.push(path);
      continue;
    }
    const group = [path];
    groups.push(group);
    if (kind === "file") loose = group;
  }
  return groups;
}

/** A file of its own for each bundle until it is known which is the newest. An empty name is a store without a file. */
function databaseFile(plan: OutputPlan, index: number): string {
  if (plan.database === null) return "";
  const path = partialName(plan.database, index);
  closeSync(openSync(path, "wx", 0o600));
  return path;
}

interface Wishes {
  withEvents: boolean;
  /** Reads lines of the only bundle again in a thread. */
  rereader: Assistance["rereader"];
  onProgress(progress: Progress): void;
}

async function analyzeAll(
  inputs: BundleInput[],
  options: AnalysisOptions,
  { withEvents, rereader, onProgress }: Wishes,
) {
  const [newest, ...others] = inputs;
  let selection: EventSelection | null = null;
  if (newest === undefined || others.length > 0) {
    const several = await analyzeSeveral(inputs, options, onProgress);
    if (withEvents) selection = selectEvents(several.newest.database, several.report);
    return { ...several, selection };
  }
  const select = (report: IncidentReport): void => void (selection = selectEvents(newest.database, report));
  // Without events there is nothing to do beside the second reading, and a thread for it takes sixty megabytes.
  const assistance: Assistance = withEvents ? { rereader, meanwhile: select } : {};
  const report = await analyze(newest.open, newest.database, options, onProgress, assistance);
  return { report, newest, selection: selection as EventSelection | null };
}

/** As many events as fit into the HTML report beside its text. */
function eventsFor(selection: EventSelection, { report, mask }: Redaction): Promise<ReportEvents> {
  return exportEvents(selection, () => HTML_BYTES - Buffer.byteLength(renderHtml(report)), mask);
}

/** Renders the report inside of an earlier HTML report with today's templates. */
function renderAgain(path: string, options: AnalyzeOptions, failOn: number | null): number {
  for (const name of NEED_BUNDLE) {
    if (options[name] === undefined) continue;
    throw new UsageError(`${path} is a report, and --${kebab(name)} needs the bundle`, "give the bundle instead");
  }
  const { report, events } = maskAgain(path, readReportFile(path), readRedaction(options));
  const plan = planOutputs(basename(path).replace(REPORT_SUFFIX, ""), options);
  writeAll({ ...plan, database: null }, report, events);
  return exitFor(report, failOn);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function writeAll(plan: OutputPlan, report: IncidentReport, events: ReportEvents | null): void {
  const masks = report.redaction.mode !== "none";
  const checked = (text: string, output: string): string => (masks ? lastLook(text, output) : text);
  if (plan.html !== null) {
    const looked = masks && events !== null ? lastLookAtEvents(events) : events;
    const html = renderHtml(report, looked);
    writeOutput(plan.html, masks ? lastLookAtPage(html) : html);
  }
  if (plan.markdown !== null) writeOutput(plan.markdown, checked(renderMarkdown(report), "Markdown"));
  if (plan.json !== null) writeOutput(plan.json, checked(renderJson(report), "JSON"));
  const toStdout = Object.values(plan).includes("-");
  const stream = toStdout ? process.stderr : process.stdout;
  const files = Object.values(plan).filter((path): path is string => path !== null && path !== "-");
  const color = stream.isTTY === true && !process.env["NO_COLOR"];
  const width = Math.min(Math.max(stream.columns ?? 100, 40), 100);
  stream.write(`${checked(renderTerminal(report, { width, color, files }), "summary").trimEnd()}\n`);
}

function readOptions(options: AnalyzeOptions): AnalysisOptions {
  const { timezone, year, collectedAt } = options;
  if (timezone !== undefined) checkZone(timezone);
  if (year !== undefined && !/^(?:19|20)\d\d$/.test(year)) {
    throw new UsageError(`--year ${year} is not a year`, "give four digits: --year 2017");
  }
  const time = collectedAt === undefined ? null : Date.parse(collectedAt);
  if (time !== null && Number.isNaN(time)) {
    throw new UsageError(`--collected-at ${collectedAt} is not a time`, "give it in ISO 8601: 2017-11-05T06:08:00Z");
  }
  return {
    timezone: timezone ?? null,
    year: year === undefined ? null : Number(year),
    collectedAt: time === null ? null : time * 1000,
    rules: options.rules ?? null,
    version: toolVersion(),
  };
}

/** The limits that were given; their names on the command line are those of `limitOptions`. */
function readLimits(options: AnalyzeOptions): Partial<Limits> {
  const names = Object.keys(limitOptions) as (keyof Limits)[];
  const given = names.flatMap((name) => {
    const text = options[name];
    if (text === undefined) return [];
    if (/^[1-9]\d{0,14}$/.test(text)) return [[name, Number(text)] as const];
    throw new UsageError(
      `${limitOptions[name]} ${text} is not a whole number above 0`,
      "give it without unit: 1073741824",
    );
  });
  return Object.fromEntries(given);
}

function checkZone(name: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    throw new UsageError(`--timezone ${name} is not known`, "give a name of the tz database: --timezone Europe/Madrid");
  }
}

function readFailOn(severity: string | undefined): number | null {
  if (severity === undefined) return null;
  const index = severities.findIndex((word) => word === severity);
  if (index < 0) throw new UsageError(`--fail-on ${severity} is no severity`, `one of: ${severities.join(", ")}`);
  return index;
}
