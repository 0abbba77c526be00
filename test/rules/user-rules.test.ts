import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { slowPatterns } from "../../analyzer/cli/rule-tests.ts";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { createMatcher } from "../../analyzer/rules/line.ts";
import { loadRules } from "../../analyzer/rules/registry.ts";
import { coldcase, scratch } from "../helpers/cli.ts";

const RULE = [
  "id: pump-stuck",
  'title: "The pump {pump} is stuck"',
  "passTitle: No pump was stuck",
  'summary: "Pump {pump} says that it is stuck, {count} times."',
  "why: A pump that is stuck waters nothing.",
  "layer: workload",
  "role: cause",
  "cause: hardware-bus",
  "severity: major",
  "match:",
  '  - literals: ["is stuck"]',
  "    pattern: 'pump (?<pump>\\w{1,20}) is stuck'",
  "subject: [pump]",
  "explains: [crash-loop]",
  "cases:",
  "  fires:",
  '    - "pump north is stuck at 12"',
  "  quiet:",
  '    - "pump north runs"',
];

const root = scratch();
let made = 0;

/** A directory with one rule, some of its lines exchanged. */
function directoryWith(change: (lines: string[]) => string[] = (lines) => lines, name = "pump-stuck"): string {
  const directory = join(root, `rules-${made++}`);
  mkdirSync(directory);
  writeFileSync(join(directory, `${name}.yaml`), `${change(RULE).join("\n")}\n`);
  return directory;
}

function exchange(find: string, line: string): (lines: string[]) => string[] {
  return (lines) => lines.map((old) => (old.includes(find) ? line : old));
}

describe("coldcase rules --test", () => {
  test("passes a rule whose cases come out", () => {
    const run = coldcase(["rules", "--test", directoryWith()]);
    expect(run.stdout).toBe("ok     pump-stuck: 2 cases\n1 rules, 0 failed\n");
    expect(run.exit).toBe(0);
  });

  test("tells a case that does not come out, and why", () => {
    const quiet = coldcase(["rules", "--test", directoryWith(exchange("north runs", '    - "pump south is stuck"'))]);
    expect(quiet.exit).toBe(1);
    expect(quiet.stdout).toContain("is not quiet on: pump south is stuck");
    const filtered = coldcase(["rules", "--test", directoryWith(exchange("literals", '  - literals: ["got stuck"]'))]);
    expect(filtered.exit).toBe(1);
    expect(filtered.stdout).toContain("none of its literals is in the line");
  });

  test("measures patterns on lines that are made to hold them up", () => {
    const slow = exchange("pattern", "    pattern: '(?<pump>\\w+).*.* is stuck at$'");
    const run = coldcase(["rules", "--test", directoryWith(slow)]);
    expect(run.exit).toBe(1);
    expect(run.stdout).toMatch(/needs (?:more than )?\d+ ms for a line of \d+/);
  });

  test.each<[string, string, string, RegExp]>([
    ["a word that is in no list", "layer:", "layer: cellar", /pump-stuck\.yaml:6: cellar is none of power/],
    ["a field that does not exist", "subject:", "subjects: [pump]", /pump-stuck\.yaml:13: subjects is no field/],
    ["a group that does not exist", "subject:", "subject: [tank]", /pump-stuck\.yaml:13: tank is no group/],
    [
      "a rule that does not exist",
      "explains:",
      "explains: [no-such-rule]",
      /pump-stuck\.yaml:14: no-such-rule is no rule/,
    ],
    [
      "nested repetition",
      "pattern:",
      "    pattern: '(?<pump>(a+)+) is stuck'",
      /pump-stuck\.yaml:12: a repetition inside/,
    ],
    ["a back-reference", "pattern:", "    pattern: '(?<pump>a)\\1 is stuck'", /pump-stuck\.yaml:12: back-references/],
    ["a pattern that is none", "pattern:", "    pattern: '(?<pump>a is stuck'", /pump-stuck\.yaml:12: /],
    ["YAML that is none", "subject:", "subject: [pump", /pump-stuck\.yaml:\d+: /],
    ["an id that is taken", "id:", "id: crash-loop", /crash-loop\.yaml:1: crash-loop is the id of a rule of coldcase/],
  ])("%s is told with file and line", (_, find, line, message) => {
    const name = line === "id: crash-loop" ? "crash-loop" : "pump-stuck";
    const run = coldcase(["rules", "--test", directoryWith(exchange(find, line), name)]);
    expect(run.stderr).toMatch(message);
    expect(run.stderr.trimEnd().split("\n")).toHaveLength(2);
    expect(run.exit).toBe(2);
  });

  test("an empty or missing directory is wrong use", () => {
    expect(coldcase(["rules", "--test", join(root, "none")]).exit).toBe(2);
    mkdirSync(join(root, "empty"));
    expect(coldcase(["rules", "--test", join(root, "empty")]).stderr).toContain("a rule is a file <id>.yaml");
  });
});

describe("--rules", () => {
  test("adds a user's rules to an analysis", () => {
    const log = join(root, "pump.log");
    writeFileSync(
      log,
      "2026-03-02T11:46:20Z pump north is stuck at 12\n2026-03-02T11:46:29Z pump north is stuck at 12\n",
    );
    const run = coldcase([log, "--rules", directoryWith(), "--json", "-"]);
    expect(run.exit).toBe(0);
    const report = JSON.parse(run.stdout) as IncidentReport;
    expect(report.rootCauses.map(({ title }) => title)).toEqual(["The pump north is stuck"]);
  });

  test("stops at a rule that cannot be used, before it reads or writes anything", () => {
    const bad = directoryWith(exchange("layer:", "layer: cellar"));
    const run = coldcase([join(root, "pump.log"), "--rules", bad, "--json", "-"]);
    expect(run.exit).toBe(2);
    expect(run.stdout).toBe("");
  });

  test.each([
    ["cubic", "    pattern: '(?<pump>\\w+).*.* is stuck at$'"],
    ["exponential", "    pattern: '(?<pump>\\w)(?:a|aa|0|00|\\w)+ is stuck at$'"],
  ])("a pattern of %s time is refused as by rules --test, within seconds", (_, pattern) => {
    const directory = directoryWith(exchange("pattern", pattern));
    const start = performance.now();
    const run = coldcase([join(root, "pump.log"), "--rules", directory, "--json", "-"]);
    expect(run.exit).toBe(2);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(/rule pump-stuck needs .* ms for a line of \d+/);
    expect(run.stderr.trimEnd().split("\n")).toHaveLength(2);
    expect(coldcase(["rules", "--test", directory]).exit).toBe(1);
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  test("a pattern that passed, and is slow on a line nobody thought of, ends the analysis with the rule's name", () => {
    const match = createMatcher([
      { id: "slow", except: null, guarded: true, match: [{ literals: ["zzz"], pattern: /zzz(?:b|bb)+c/ }] },
    ]);
    expect(match("zzz bc")).toEqual([]);
    expect(match("zzzbbbbc")).toHaveLength(1);
    const start = performance.now();
    expect(() => match(`zzz${"b".repeat(400)}`)).toThrow(/rule slow needs more than 500 ms for a line of 403/);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test("lists and explains them", () => {
    const directory = directoryWith();
    expect(coldcase(["rules", "--rules", directory]).stdout).toContain("pump-stuck");
    expect(coldcase(["rules", "pump-stuck", "--rules", directory]).stdout).toContain(
      "fires: pump north is stuck at 12",
    );
  });
});

describe("coldcase's own rules", () => {
  test("no line holds a pattern up", async () => {
    const rules = (await loadRules()).filter((rule) => rule.type === "line");
    // Ten times what a user's rule may take, in one of three tries: this runs beside other tests.
    const always = rules.filter((rule) => [1, 2, 3].every(() => slowPatterns(rule, 500).length > 0));
    expect(always.map(({ id }) => id)).toEqual([]);
  });
});
