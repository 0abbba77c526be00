import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FuzzInput } from "./target.ts";

/** Inputs that once broke a parser; cases.test.ts runs them all. */
const KEPT = fileURLToPath(new URL("cases/", import.meta.url));
/** A long run beside other work puts its finds elsewhere, so that no test runs what is not mended. */
const FOUND = process.env["FUZZ_CASES"] ?? KEPT;

export interface FuzzCase extends FuzzInput {
  target: string;
  /** What went wrong. */
  note: string;
}

/** Keeps an input; gives the path of the file. Text that is UTF-8 stays legible. */
export function saveCase({ target, note, about, bytes }: FuzzCase): string {
  mkdirSync(FOUND, { recursive: true });
  const text = bytes.toString("utf8");
  const content = Buffer.from(text).equals(bytes) ? { text } : { base64: bytes.toString("base64") };
  const name = `${target.replace(/\W+/g, "-")}-${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}.json`;
  writeFileSync(join(FOUND, name), `${JSON.stringify({ target, note, about, ...content }, null, 2)}\n`);
  return join(FOUND, name);
}

export function readCases(): { name: string; kept: FuzzCase }[] {
  return readdirSync(KEPT)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => {
      const raw = JSON.parse(readFileSync(join(KEPT, name), "utf8")) as Record<string, string>;
      const { target = "", note = "", about = "", text, base64 = "" } = raw;
      const bytes = text === undefined ? Buffer.from(base64, "base64") : Buffer.from(text);
      return { name, kept: { target, note, about, bytes } };
    });
}
