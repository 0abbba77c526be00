import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { isOwnStore } from "../store/open.ts";
import { UsageError } from "./errors.ts";
import { PARTIAL, sweepBeside } from "./leftovers.ts";
import { isHtmlReport } from "./report-file.ts";

/** Where each output goes; `-` is stdout, null is not written. */
export interface OutputPlan {
  html: string | null;
  markdown: string | null;
  json: string | null;
  database: string | null;
}

export interface OutputOptions {
  out?: string;
  html?: string;
  markdown?: string;
  json?: string;
  db?: string;
}

/** The default three in the working directory or `--out`; any output option by itself means only those outputs. */
export function planOutputs(name: string, options: OutputOptions): OutputPlan {
  const { out, html, markdown, json, db } = options;
  const explicit = html !== undefined || markdown !== undefined || json !== undefined || db !== undefined;
  const base = join(out ?? ".", safeName(name));
  const defaults = !explicit || out !== undefined;
  const plan = {
    html: html ?? (defaults ? `${base}.html` : null),
    markdown: markdown ?? (defaults ? `${base}.md` : null),
    json: json ?? null,
    database: db ?? (defaults ? `${base}.sqlite` : null),
  };
  if (plan.database === "-") throw new UsageError("--db cannot be -", "a database needs a file: give its name");
  if (Object.values(plan).filter((path) => path === "-").length > 1) {
    throw new UsageError("only one output can be -", "write the others to files");
  }
  if (out !== undefined) mkdirSync(out, { recursive: true });
  checkTargets(plan);
  for (const path of Object.values(plan)) if (path !== null && path !== "-") sweepBeside(path);
  return plan;
}

/** A bundle's name becomes a file name here: nothing in it may lead elsewhere. */
function safeName(name: string): string {
  const cleaned = name.replace(/[^\p{L}\p{N}._ -]/gu, "_").replace(/^[.-]+/, "_");
  return cleaned.slice(0, 120) || "report";
}

function checkTargets(plan: OutputPlan): void {
  for (const [kind, path] of Object.entries(plan) as [keyof OutputPlan, string | null][]) {
    if (path === null || path === "-") continue;
    if (!existsSync(dirname(path)))
      throw new UsageError(`${dirname(path)}: no such directory`, "make it, or choose another with --out");
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (!info) continue;
    if (info.isSymbolicLink())
      throw new UsageError(`${path} is a symbolic link`, "outputs never follow links: choose another name");
    if (!info.isFile() || !isOwn(kind, path)) {
      throw new UsageError(
        `${path} is there and was not written by coldcase`,
        "move it away, or choose another name or --out",
      );
    }
  }
}

/** Told by the generator tag near the start or at the end of a text, by the application id of a database. */
function isOwn(kind: keyof OutputPlan, path: string): boolean {
  if (kind === "database") return isOwnStore(path);
  const { size } = lstatSync(path);
  if (/\.gz$/i.test(path)) return size === 0 || isHtmlReport(path);
  const file = openSync(path, "r");
  const read = (position: number): string => {
    const bytes = Buffer.alloc(4096);
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, position));
  };
  const ends = read(0) + read(Math.max(0, size - 4096));
  closeSync(file);
  return size === 0 || /content="coldcase |<!-- coldcase |"name": ?"coldcase"/.test(ends);
}

const partial = new Set<string>();

/** A name beside the final one for the `index`th file in the making, removed again when the run ends early. */
export function partialName(path: string, index = 0): string {
  const name = `${path}${PARTIAL}${process.pid}${index === 0 ? "" : `-${index}`}`;
  partial.add(name);
  return name;
}

/** Moves a finished file to its name, and removes others that were made for it. A reader sees the old file or the whole new one. */
export function publish(path: string, index = 0): void {
  const name = partialName(path, index);
  renameSync(name, path);
  partial.delete(name);
  removePartial();
}

/** Writes a whole text and moves it to its name, packed when that ends in `.gz`; `-` goes to stdout. */
export function writeOutput(path: string, text: string): void {
  if (path === "-") {
    process.stdout.write(text);
    return;
  }
  const content = /\.gz$/i.test(path) ? gzipSync(text, { level: 9 }) : text;
  writeFileSync(partialName(path), content, { mode: 0o600, flag: "wx" });
  publish(path);
}

/** Removes what an interrupted run left half done. */
export function removePartial(): void {
  for (const name of partial) rmSync(name, { force: true });
  partial.clear();
}
