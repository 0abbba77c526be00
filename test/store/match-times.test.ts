/** First and last of what a rule found are told by time: bundles hold their files in any order. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const said = (time: string, node: string): string =>
  `2026-03-02T${time}+0000 n7 kubelet[310]: E0302 11:46:34.224515     310 kubelet.go:2243] node "${node}" not found\n`;

const DATE = "Mon Mar  2 11:58:06 UTC 2026\n";

async function linesOf(files: Record<string, string>): Promise<string[]> {
  const { findings } = await reportOf({ "date.txt": DATE, ...files });
  const { evidence = [] } = findings.find(({ rule }) => rule === "node-not-found") ?? {};
  return evidence.map(({ artifact, line }) => `${artifact}:${line}`);
}

test("the first line of a finding is the earliest, and its last the latest, whatever file comes first", async () => {
  const late = said("11:50:10.250000", "n7") + said("11:57:00.250000", "n7");
  const early = said("11:40:10.250000", "n7") + said("11:44:00.250000", "n7");
  expect(await linesOf({ "a-new.log": late, "b-old.log": early })).toEqual(["b-old.log:1", "a-new.log:2"]);
});

test("a later line in an earlier file does not hide an unclean shutdown's first line", async () => {
  const unclean = (time: string, text: string): string => `2026-03-02T${time}+0000 n7 ${text}\n`;
  const files = {
    "a.log": unclean("11:45:40.000000", "systemd-fsck[294]: Dirty bit is set. Fs was not properly unmounted."),
    "b.log": unclean("11:45:33.000000", "systemd-journald[224]: File /a/b corrupted or uncleanly shut down, renaming."),
  };
  const { findings } = await reportOf({ "date.txt": DATE, ...files });
  const { evidence = [], count } = findings.find(({ rule }) => rule === "unclean-shutdown") ?? {};
  expect({ count, lines: evidence.map(({ artifact }) => artifact) }).toEqual({ count: 2, lines: ["b.log", "a.log"] });
});
