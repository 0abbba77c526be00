import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

/**
 * Small incidents of our own making, in the forms in which people paste them: one for each family of causes and more.
 *
 *     === name | causes, the root must be one of | causes that must not be it | what must be told ;; … | among the first n
 *     --- file
 *     lines
 */
interface Incident {
  name: string;
  causes: string[];
  forbidden: string[];
  mentions: RegExp[];
  among: number;
  files: Record<string, string>;
}

function parse(text: string): Incident[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const [head = "", ...files] = part.split(/^--- /m);
      const [name = "", causes = "", forbidden = "", mentions = "", among] = head.split(" | ").map((it) => it.trim());
      const words = mentions === "" ? [] : mentions.split(" ;; ");
      return {
        name,
        causes: causes === "healthy" ? [] : causes.split(","),
        forbidden: forbidden.split(","),
        mentions: words.map((word) => new RegExp(word, "i")),
        among: Number(among ?? 1),
        files: Object.fromEntries(
          files.map((file) => [file.split("\n", 1)[0] ?? "", file.slice(file.indexOf("\n") + 1)]),
        ),
      };
    });
}

const folder = new URL("incidents/", import.meta.url);
const incidents = readdirSync(folder).flatMap((name) => parse(readFileSync(new URL(name, folder), "utf8")));

describe("incidents of every family", () => {
  test.each(incidents)("$name", async ({ causes, forbidden, mentions, among, files }) => {
    const report = await reportOf(files);
    const roots = report.rootCauses.map(({ cause }) => cause as string);
    const answers = roots.length > 0 ? roots : ["unknown"];
    if (causes.length === 0) expect(roots).toEqual([]);
    else
      expect(
        causes.some((cause) => answers.slice(0, among).includes(cause)),
        `${answers.join()}`,
      ).toBe(true);
    expect(forbidden).not.toContain(roots[0]);
    const told = JSON.stringify([report.rootCauses, report.findings]).replaceAll("\\\\", "").replaceAll('\\"', '"');
    for (const mention of mentions) expect(told).toMatch(mention);
  });
});
