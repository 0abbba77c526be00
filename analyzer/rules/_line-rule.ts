/** What a rule file says, checked: from the map of its fields to a rule. */
import type { RemedyStep, RuleMeta } from "../model/rule.ts";
import { causes, confidences, entityKinds, layers, roles, severities } from "../model/words.ts";
import { groupNames, hasBackreference, hasNestedQuantifier } from "./_pattern.ts";
import { placeholders, remedies } from "./_remedies.ts";
import type { LineRule } from "./types.ts";

type Json = Record<string, unknown>;

/** Throws with the message and the place of the field that `path` leads to. */
export type Fail = (path: string[], message: string) => never;

/** Every field of a rule file; another word is a misspelt one. */
const FIELDS = new Set(
  "id title passTitle summary why layer role cause severity confidence needs atLeast instant note unmistakable match except subject entities links explains remedy references cases".split(
    " ",
  ),
);
/** Words that a title or summary may use besides the groups of the patterns. */
const FILLED = new Set(["count", "users"]);

/**
 * The line rule that a map of fields describes.
 * @param name file name without `.yaml`; must be the rule's id
 * @param fail called for anything missing, misspelt or unsafe
 */
export function toLineRule(name: string, fields: unknown, fail: Fail): LineRule {
  const raw = isMap(fields) ? fields : fail([], "a rule is a map of fields: id, title, …");
  const read = createReader(raw, fail);
  for (const key of Object.keys(raw)) if (!FIELDS.has(key)) fail([key], `${key} is no field of a rule`);
  if (read.text("id") !== name) fail(["id"], `id must be the file name, ${name}`);
  const rule: LineRule = {
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
    ...(raw["unmistakable"] === true ? { unmistakable: true } : {}),
    instant: raw["instant"] === true,
    note: raw["note"] === true,
    atLeast: Number(raw["atLeast"] ?? 1),
    cases: readCases(raw, fail),
  };
  checkGroups(rule, raw, fail);
  return rule;
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Everything that is named must be a group of one of the patterns. */
function checkGroups(rule: LineRule, raw: Json, fail: Fail): void {
  const groups = new Set(rule.match.flatMap(({ pattern }) => groupNames(pattern.source)));
  const check = (name: string, path: string[]): void => {
    if (!groups.has(name)) fail(path, `${name} is no group (?<${name}>…) of a pattern of this rule`);
  };
  rule.subject.forEach((name, index) => check(name, ["subject", String(index)]));
  rule.entities.forEach(({ capture }, index) => check(capture, ["entities", String(index), "capture"]));
  rule.links.forEach(({ from, to }, index) => [from, to].forEach((name) => check(name, ["links", String(index)])));
  for (const key of ["title", "summary"]) {
    for (const [, name = ""] of String(raw[key]).matchAll(/\{(\w+)(?:\|[^}]*)?\}/g)) {
      if (!FILLED.has(name)) check(name, [key]);
    }
  }
}

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
      return value.map((entry, index) => {
        const at = [key, String(index)];
        return read(isMap(entry) ? entry : fail(at, `an entry of ${key} must be a map`), at);
      });
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
  return value.map((step: unknown, index) => {
    const at = ["remedy", String(index)];
    if (!isMap(step)) return fail(at, "a step of the remedy must be a map of text, command and risk");
    // Not the shell's own ${name}.
    for (const [, name = ""] of String(step["command"] ?? "").matchAll(/(?<!\$)\{([A-Za-z]\w*)\}/g)) {
      oneOf(placeholders, name, (text) => fail(at, `{${name}} cannot be filled in: ${text}`));
    }
    return {
      text: String(step["text"]),
      ...(step["command"] === undefined ? {} : { command: String(step["command"]) }),
      risk: oneOf(["safe", "backup", "change"] as const, step["risk"], (text) => fail(at, text)),
    };
  });
}

function readMatch(raw: Json, fail: Fail): LineRule["match"] {
  const value = raw["match"];
  if (!Array.isArray(value) || value.length === 0)
    return fail(["match"], "match must be a list of {literals, pattern}");
  return value.map((entry: unknown, index) => {
    const path = ["match", String(index)];
    if (!isMap(entry)) return fail(path, "an entry of match must be a map of literals and pattern");
    const literals = Array.isArray(entry["literals"]) ? (entry["literals"] as unknown[]).map(String) : [];
    if (literals.length === 0 || literals.some((literal) => literal.length < 3)) {
      fail([...path, "literals"], "literals of at least three characters are needed: one of them must be in the line");
    }
    return { literals, pattern: toPattern(String(entry["pattern"]), (text) => fail([...path, "pattern"], text)) };
  });
}

function toPattern(source: string, fail: (text: string) => never): RegExp {
  if (hasNestedQuantifier(source)) {
    fail(
      "a repetition inside of a repeated group, as in (a+)+, may take exponential time: bound the inner one, as in (?:\\w{1,40} )+",
    );
  }
  if (hasBackreference(source)) fail("back-references and look-behind are not allowed: they may take exponential time");
  try {
    return new RegExp(source, "i");
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function readCases(raw: Json, fail: Fail): LineRule["cases"] {
  const cases = raw["cases"];
  const { fires, quiet } = isMap(cases) ? cases : {};
  if (!Array.isArray(fires) || !Array.isArray(quiet) || fires.length === 0 || quiet.length === 0)
    return fail(["cases"], "cases need lines under fires and under quiet");
  return { fires: fires.map(String), quiet: quiet.map(String) };
}
