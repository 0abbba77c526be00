// Scores the built analyzer against a corpus of real incidents, when there is one, and against samples/ by their
// truth.json, and enforces what must hold.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const corpus = process.env.COLDCASE_CORPUS ?? `${root}../shared/incidents`;
const scorer = `${root}../shared/tools/score-incidents`;
const wanted = { accuracy: 90, top1: 80, mentionCoverage: 85 };
/** The samples are the project's own stories: all of each must be told. */
const wantedOfSamples = { accuracy: 100, top1: 100, mentionCoverage: 100 };
const forbidden = { falseAlarms: 0, crashes: 0 };

/** Runs the score program over a folder of incidents and prints its table. False when something is too low. */
function score(name, folder, least) {
  const command = [process.execPath, `${root}dist/cli/bin.js`];
  const run = spawnSync(process.execPath, [scorer, folder, "--json", "--", ...command], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const { incidents, totals } = JSON.parse(run.stdout);
  for (const row of incidents) {
    const mark = row.topK ? "ok  " : "MISS";
    console.log(
      `${mark} ${row.slug}: ${row.got.join(", ") || "no root cause"}; mentions ${row.mentions}/${row.mentionsWanted}`,
    );
  }
  console.log(name, totals);
  const low = Object.entries(least).filter(([key, value]) => totals[key] !== null && totals[key] < value);
  const high = Object.entries(forbidden).filter(([key, most]) => totals[key] > most);
  for (const [key, value] of low) console.error(`${name}: ${key} is ${totals[key]} %, and must be at least ${value} %`);
  for (const [key] of high) console.error(`${name}: ${key} is ${totals[key]}, and must be 0`);
  return low.length + high.length === 0;
}

/** samples/<name>/<host> or <host>.tar.gz, laid out as the score program wants an incident: truth.json beside `bundle`. */
function layOutSamples(folder) {
  for (const name of readdirSync(`${root}samples`)) {
    const sample = `${root}samples/${name}`;
    if (!existsSync(`${sample}/truth.json`)) continue;
    const bundle = readdirSync(sample).find(
      (entry) => entry.endsWith(".tar.gz") || statSync(join(sample, entry)).isDirectory(),
    );
    mkdirSync(join(folder, name));
    cpSync(`${sample}/truth.json`, join(folder, name, "truth.json"));
    cpSync(join(sample, bundle), join(folder, name, "bundle"), { recursive: true });
  }
}

if (!existsSync(corpus) || !existsSync(scorer)) {
  console.log("corpus not available: not scored");
} else {
  const folder = mkdtempSync(join(tmpdir(), "coldcase-samples-"));
  try {
    layOutSamples(folder);
    const good = [score("corpus", corpus, wanted), score("samples", folder, wantedOfSamples)];
    process.exitCode = good.every(Boolean) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
