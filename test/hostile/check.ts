import { describe, expect, test } from "vitest";
import { scratch } from "../helpers/cli.ts";
import type { HostileCase } from "./case.ts";
import { runCase } from "./run.ts";

// oxlint-disable-next-line no-control-regex -- none of these may reach a reader as they are
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const matches = (text: string, wanted: string | RegExp): boolean =>
  typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);

/** A test for each case. */
export function checkCases(title: string, cases: readonly HostileCase[]): void {
  const root = scratch();
  describe(title, () => {
    test.each(cases.map((hostile) => [hostile.name, hostile] as const))("%s", (_, hostile) => {
      const run = runCase(root, hostile);
      const seen = { html: run.page, markdown: run.markdown, stdout: run.stdout, stderr: run.stderr };
      for (const [name, text] of Object.entries(seen))
        expect(RAW.exec(text)?.index, `control characters in ${name}`).toBeUndefined();
      const told = hostile.exit === 2 ? run.stderr : run.json === "" ? run.stdout : run.json;
      for (const wanted of hostile.shows ?? []) expect(matches(told, wanted), `shows ${String(wanted)}`).toBe(true);
      for (const unwanted of hostile.hides ?? []) {
        for (const text of [run.html, run.markdown, run.stdout, run.stderr])
          expect(matches(text, unwanted), `hides ${String(unwanted)}`).toBe(false);
      }
      for (const text of hostile.inert ?? []) expect(run.page.includes(text), `inert: ${text}`).toBe(false);
      if (hostile.exit === 2) {
        expect(run.stderr.trimEnd().split("\n")).toHaveLength(2);
        expect(run.html + run.markdown + run.json).toBe("");
      }
      hostile.check?.(run);
    });
  });
}
