import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createMatcher, matchRule } from "../../analyzer/rules/line.ts";
import { needs } from "../../analyzer/rules/needs.ts";
import { loadRules } from "../../analyzer/rules/registry.ts";
import { hasNestedQuantifier } from "../../analyzer/rules/_pattern.ts";
import { parseLineRule } from "../../analyzer/rules/yaml.ts";
import { causes, entityKinds } from "../../analyzer/model/words.ts";
import { reportOf } from "../helpers/analyze.ts";

const rules = await loadRules();
const match = createMatcher(rules.filter((rule) => rule.type === "line"));
const ids = new Set(rules.map(({ id }) => id));
const needIds = new Set(needs.map(({ id }) => id));
const files = readdirSync(new URL("../../analyzer/rules/", import.meta.url));

describe.each(rules.map((rule) => [rule.id, rule] as const))("rule %s", (id, rule) => {
  test("is named after its file and refers to what exists", () => {
    expect(files).toContain(`${id}.${rule.type === "line" ? "yaml" : "ts"}`);
    for (const name of rule.explains) if (!/^(?:layer|cause):/.test(name)) expect(ids).toContain(name);
    for (const need of rule.needs) expect(needIds).toContain(need);
    expect(rule.cases.fires.length).toBeGreaterThan(0);
    expect(rule.cases.quiet.length).toBeGreaterThan(0);
  });

  if (rule.type === "line") {
    test.each(rule.cases.fires)("fires on %s", (line) => {
      expect(match(line).map((found) => found.rule)).toContain(id);
    });
    test.each(rule.cases.quiet)("stays quiet on %s", (line) => {
      expect(matchRule(rule, line)).toBeNull();
    });
  } else {
    test.each(rule.cases.fires)("fires on bundle %#", async (bundle) => {
      const report = await reportOf(bundle);
      expect(report.findings.map((finding) => finding.rule)).toContain(id);
    });
    test.each(rule.cases.quiet)("stays quiet on bundle %#", async (bundle) => {
      const report = await reportOf(bundle);
      expect(report.findings.map((finding) => finding.rule)).not.toContain(id);
      expect(report.checks.filter(({ verdict }) => verdict === "error")).toEqual([]);
    });
  }
});

describe("rule files", () => {
  test("a mistake is told with file and line", () => {
    expect(() => parseLineRule("x", "id: x\ntitle: t\npassTitle: p\nwhy: w\nsummary: s\nlayer: cellar\n")).toThrow(
      /^x\.yaml:6: cellar is none of power/,
    );
    expect(() => parseLineRule("x", "id: y\n")).toThrow(/^x\.yaml:1: /);
    expect(() => parseLineRule("x", "id: [\n")).toThrow(/^x\.yaml:\d+: /);
  });

  test("a command may only leave what can be filled in", () => {
    const guide = readFileSync(new URL("../../analyzer/rules/README.md", import.meta.url), "utf8");
    const example = /```yaml\n([^]+?)```/.exec(guide)?.[1] ?? "";
    const withCommand = (command: string): string => example.replace('"pumpctl status"', JSON.stringify(command));
    expect(parseLineRule("pump-stuck", withCommand("ls ${HOME} {device}")).remedy).toHaveLength(1);
    expect(() => parseLineRule("pump-stuck", withCommand("dd if=/dev/{dev}"))).toThrow(
      /^pump-stuck\.yaml:\d+: \{dev\} cannot be filled in: dev is none of device /,
    );
  });

  test.each(["(a+)+", "(?:x*y?)*", "((ab)*c)+", "(?:a|b+)*"])("%s may take exponential time", (source) => {
    expect(hasNestedQuantifier(source)).toBe(true);
  });

  test.each(["(a|b)+", "(?:ab){1,3}", "[a+]+", "a+b*", "(?:a\\+)+"])("%s is linear", (source) => {
    expect(hasNestedQuantifier(source)).toBe(false);
  });
});

test("the author's guide names every word that a rule may use", () => {
  const guide = readFileSync(new URL("../../analyzer/rules/README.md", import.meta.url), "utf8");
  for (const word of [...causes, ...entityKinds, ...needIds]) expect(guide).toMatch(new RegExp(`\\b${word}\\b`));
});
