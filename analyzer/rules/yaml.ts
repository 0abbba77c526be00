import { LineCounter, parseDocument } from "yaml";
import type { RemedyStep, RuleMeta } from "../model/rule.ts";
import { causes, confidences, entityKinds, layers, roles, severities } from "../model/words.ts";
import { remedies } from "./_remedies.ts";
import type { LineRule } from "./types.ts";

/** A rule file that cannot be used; the message starts with file:line. */
export class RuleError extends Error {}

type Json = Record<string, unknown>;

/**
 * Reads one line rule.
 * @param name file name without `.yaml`; must be the rule's id
 * @throws RuleError with file:line for anything missing, misspelt or unsafe
 */
export function parseLineRule(name: string, source: string): LineRule {
  const counter = new LineCounter();
  const document = parseDocument(source, { lineCounter: counter });
  const lineOf = (path: string[]): number => {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    return node?.range ? counter.linePos(node.range[0]).line : 1;
  };
  const fail = (path: string[], message: string): never => {
    throw new RuleError(`${name}.yaml:${lineOf(path)}: ${message}`);
  };
  const syntax = document.errors[0];
  if (syntax) throw new RuleError(`${name}.yaml:${syntax.linePos?.[0].line ?? 1}: ${syntax.message.split("\n")[0]}`);
  const raw = document.toJS() as Json;
  const read = createReader(raw, fail);
  if (read.text("id") !== name) fail(["id"], `id must be the file name, ${name}`);
  return {
    type: "line",
    ...readMeta(read),
    summary: read.text("summary"),
    match: readMatch(raw, fail),
    except: raw["except"] === undefined ? null : toPattern(read.text("except"), (text) => fail(["except"], text)),
    subject: read.texts("subject", []),
    entities: read.records("entities", (value, at) => ({
      kind: oneOf(entityKinds, value["kind"], (text) => fail([...at, "kind"], text)),
      capture: String(value["capture"]),
    })),
    links: read.records("links", (value) => ({
      from: String(value["from"]),
      to: String(value["to"]),
      kind: String(value["kind"]),
    })),
    atLeast: Number(raw["atLeast"] ?? 1),
    cases: readCases(raw, fail),
  };
}

type Fail = (path: string[], message: string) => never;

interface Reader {
  raw: Json;
  fail: Fail;
  text(key: string): string;
  texts(key: string, fallback: string[]): string[];
  records<T>(key: string, read: (value: Json, path: string[]) => T): T[];
}

function createReader(raw: Json, fail: Fail): Reader {
  return {
    raw,
    fail,
    text(key) {
      const value = raw[key];
      return typeof value === "string" && value !== "" ? value.trim() : fail([key], `${key} is missing`);
    },
    texts(key, fallback) {
      const value = raw[key] ?? fallback;
      return Array.isArray(value) ? value.map(String) : fail([key], `${key} must be a list`);
    },
    records(key, read) {
      const value = raw[key] ?? [];
      if (!Array.isArray(value)) return fail([key], `${key} must be a list`);
      return value.map((entry, index) => read(entry as Json, [key, String(index)]));
    },
  };
}

function oneOf<T extends string>(words: readonly T[], value: unknown, fail: (text: string) => never): T {
  const word = words.find((candidate) => candidate === value);
  return word ?? fail(`${String(value)} is none of ${words.join(" ")}`);
}

function readMeta(read: Reader): RuleMeta {
  const { raw, fail } = read;
  return {
    id: read.text("id"),
    title: read.text("title"),
    passTitle: read.text("passTitle"),
    why: read.text("why"),
    layer: oneOf(layers, raw["layer"], (text) => fail(["layer"], text)),
    role: oneOf(roles, raw["role"], (text) => fail(["role"], text)),
    cause: oneOf(causes, raw["cause"], (text) => fail(["cause"], text)),
    severity: oneOf(severities, raw["severity"], (text) => fail(["severity"], text)),
    confidence: oneOf(confidences, raw["confidence"] ?? "certain", (text) => fail(["confidence"], text)),
    explains: read.texts("explains", []),
    remedy: readRemedy(raw["remedy"], fail),
    references: read.texts("references", []),
    needs: read.texts("needs", []),
  };
}

function readRemedy(value: unknown, fail: Fail): RemedyStep[] {
  if (value === undefined) return [];
  if (typeof value === "string") return remedies[value] ?? fail(["remedy"], `no shared remedy is called ${value}`);
  if (!Array.isArray(value)) return fail(["remedy"], "remedy must be a list or the name of a shared one");
  return (value as Json[]).map((step, index) => ({
    text: String(step["text"]),
    ...(step["command"] === undefined ? {} : { command: String(step["command"]) }),
    risk: oneOf(["safe", "backup", "change"] as const, step["risk"], (text) => fail(["remedy", String(index)], text)),
  }));
}

function readMatch(raw: Json, fail: Fail): LineRule["match"] {
  const value = raw["match"];
  if (!Array.isArray(value) || value.length === 0)
    return fail(["match"], "match must be a list of {literals, pattern}");
  return (value as Json[]).map((entry, index) => {
    const path = ["match", String(index)];
    const literals = Array.isArray(entry["literals"]) ? (entry["literals"] as unknown[]).map(String) : [];
    if (literals.length === 0 || literals.some((literal) => literal.length < 3)) {
      fail([...path, "literals"], "literals of at least three characters are needed: one of them must be in the line");
    }
    return { literals, pattern: toPattern(String(entry["pattern"]), (text) => fail([...path, "pattern"], text)) };
  });
}

function toPattern(source: string, fail: (text: string) => never): RegExp {
  if (hasNestedQuantifier(source)) fail("a repeated group must not repeat inside: it may take exponential time");
  try {
    return new RegExp(source, "i");
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** Whether a group that may repeat without bound holds something that may as well: `(a+)+`, `(?:x*y?)*`. */
export function hasNestedQuantifier(source: string): boolean {
  const plain = source.replace(/\\./g, "_").replace(/\[[^\]]*\]/g, "_");
  const stack: boolean[] = [];
  for (let i = 0; i < plain.length; i++) {
    const unbounded = /^(?:[*+]|\{\d+,\})/.test(plain.slice(i, i + 8));
    if (plain[i] === "(") stack.push(false);
    else if (plain[i] === ")") {
      const inner = stack.pop() ?? false;
      const repeats = /^(?:[*+]|\{\d+,\})/.test(plain.slice(i + 1, i + 9));
      if (inner && repeats) return true;
      if ((inner || repeats) && stack.length > 0) stack[stack.length - 1] = true;
    } else if (unbounded && plain[i - 1] !== "(" && stack.length > 0) stack[stack.length - 1] = true;
  }
  return false;
}

function readCases(raw: Json, fail: Fail): LineRule["cases"] {
  const cases = raw["cases"] as { fires?: unknown[]; quiet?: unknown[] } | undefined;
  if (!cases?.fires?.length || !cases.quiet?.length)
    return fail(["cases"], "cases need lines under fires and under quiet");
  return { fires: cases.fires.map(String), quiet: cases.quiet.map(String) };
}
