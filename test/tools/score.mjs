// Scores the built analyzer against a corpus of real incidents, when there is one, and enforces what must hold.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const corpus = process.env.COLDCASE_CORPUS ?? `${root}../shared/incidents`;
const scorer = `${root}../shared/tools/score-incidents`;
const wanted = { accuracy: 90, top1: 80, mentionCoverage: 85 };
const forbidden = { falseAlarms: 0, crashes: 0 };

if (!existsSync(corpus) || !existsSync(scorer)) {
  console.log("corpus not available: not scored");
} else {
  const command = [process.execPath, `${root}dist/cli/bin.js`];
  const run = spawnSync(process.execPath, [scorer, corpus, "--json", "--", ...command], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const result = JSON.parse(run.stdout);
  const rows = result.incidents;
  const totals = result.totals;
  for (const row of rows) {
    const mark = row.topK ? "ok  " : "MISS";
    console.log(
      `${mark} ${row.slug}: ${row.got.join(", ") || "no root cause"}; mentions ${row.mentions}/${row.mentionsWanted}`,
    );
  }
  console.log(totals);
  const low = Object.entries(wanted).filter(([name, least]) => totals[name] < least);
  const high = Object.entries(forbidden).filter(([name, most]) => totals[name] > most);
  for (const [name, least] of low) console.error(`${name} is ${totals[name]} %, and must be at least ${least} %`);
  for (const [name] of high) console.error(`${name} is ${totals[name]} %, and must be 0 %`);
  process.exitCode = low.length + high.length > 0 ? 1 : 0;
}
