// Measures an analysis of a large generated bundle: stage times, events/s, peak memory, size of the report, and the ratio
// to gzip and to lnav on the same bytes. See README.md in this folder.
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Sqlite from "better-sqlite3";
import { generate } from "./generate.mjs";
import { matchingSeconds, ownRules, writeRules } from "./rules.mjs";
import { journalRow } from "./journal.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MEGABYTE = 1_000_000;
const LIMITS = { rss: 400, lnav: 4, html: 4, distinct: 0.4, rules: 0.25 };

const { values: options } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    runs: { type: "string", default: "1" },
    cli: { type: "string", default: join(ROOT, "dist", "cli", "bin.js") },
    json: { type: "string" },
    rules: { type: "string" },
    keep: { type: "boolean", default: false },
  },
});

/** Highest resident memory of a process so far, in bytes; 0 where /proc does not tell. */
function peakOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Runs a command to its end; its stdout goes to a file or nowhere. */
function run(command, args, { onStderr = () => {}, stdout = "ignore" } = {}) {
  return new Promise((done, fail) => {
    const start = performance.now();
    const child = spawn(command, args, { stdio: ["ignore", stdout, "pipe"] });
    let peak = 0;
    let stderr = "";
    const poll = setInterval(() => (peak = Math.max(peak, peakOf(child.pid))), 25);
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text) => {
      stderr += text;
      onStderr(text, performance.now() - start);
    });
    child.on("error", fail);
    child.on("close", (code) => {
      clearInterval(poll);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) done({ seconds, peak });
      else fail(new Error(`${command} ended with ${code}: ${stderr.slice(-2000)}`));
    });
  });
}

/** One analysis with the default outputs. A stage lasts from its line on stderr to the next one's. */
async function analyseOnce(bundle, out, more = []) {
  const marks = [];
  const onStderr = (text, at) => {
    for (const [, stage] of text.matchAll(/^(\w+) …$/gm)) marks.push({ stage, at });
  };
  rmSync(out, { recursive: true, force: true });
  const json = options.json === undefined ? [] : ["--json", resolve(options.json)];
  const args = [options.cli, "analyze", bundle, "--out", out, ...json, "--progress", "plain", ...more];
  const { seconds, peak } = await run(process.execPath, args, { onStderr });
  const times = [{ stage: "start", at: 0 }, ...marks, { stage: "end", at: seconds * 1000 }];
  const stages = times
    .slice(0, -1)
    .map(({ stage, at }, index) => ({ stage, seconds: (times[index + 1].at - at) / 1000 }));
  return { seconds, peak, stages };
}

function countsOf(database) {
  const store = new Sqlite(database, { readonly: true, fileMustExist: true });
  const one = (query) => store.prepare(query).pluck().get();
  const counts = { events: one("SELECT count(*) FROM event"), texts: one("SELECT count(DISTINCT text) FROM text") };
  store.close();
  return counts;
}

/** Without a format of one's own lnav leaves docker's json files unread: three lines of ten. */
const DOCKER_FORMAT = {
  docker_json_log: {
    title: "docker json-file",
    json: true,
    "timestamp-field": "time",
    "body-field": "log",
    "line-format": [{ field: "__timestamp__" }, " ", { field: "stream" }, " ", { field: "log" }],
    value: { stream: { kind: "string", identifier: true }, log: { kind: "string" } },
  },
};

function writeFormat(directory) {
  const formats = join(directory, "lnav", "formats", "docker");
  mkdirSync(formats, { recursive: true });
  writeFileSync(join(formats, "docker.json"), JSON.stringify(DOCKER_FORMAT));
  return join(directory, "lnav");
}

/** lnav on the same text, with or without a format for docker's files: seconds, best of `runs`, and lines that it read. */
async function lnavTime(texts, directory, runs, options = []) {
  if (spawnSync("lnav", ["-V"]).error) return null;
  const listing = join(directory, "lnav.txt");
  const query = ";select log_level, count(*) from all_logs group by 1";
  let best = Infinity;
  for (let index = 0; index < runs; index++) {
    const stdout = openSync(listing, "w");
    const { seconds } = await run("lnav", [...options, "-n", "-c", query, ...texts], { stdout });
    closeSync(stdout);
    best = Math.min(best, seconds);
  }
  const rows = [...readFileSync(listing, "utf8").matchAll(/^\s*\w+\s+([\d,]+)\s*$/gm)];
  return { seconds: best, lines: rows.reduce((sum, [, count]) => sum + Number(count.replaceAll(",", "")), 0) };
}

/** A row of the comparison with lnav. Only where it read every line is it held against the limit. */
function lnavRow(name, lnav, seconds, lines) {
  if (lnav === null) return [name, "-", "lnav not installed: not compared"];
  const ratio = seconds / lnav.seconds;
  const whole = lnav.lines >= lines;
  const judged = whole ? `limit ${fixed(LIMITS.lnav, 1)}: ${verdict(ratio <= LIMITS.lnav)}` : "left lines unread";
  return [
    name,
    `${fixed(lnav.seconds)} s`,
    `analysis / lnav = ${fixed(ratio)}, ${judged} (it read ${lnav.lines} lines)`,
  ];
}

/** What so many rules cost: their own time over all distinct texts, as a share of an analysis with all of them. */
async function rulesRow(bundle, directory, wanted) {
  const dist = join(dirname(options.cli), "..");
  const own = await ownRules(dist);
  const folder = join(directory, "rules");
  writeRules(folder, wanted, own);
  const out = join(directory, "out-rules");
  const { seconds, stages } = await analyseOnce(bundle, out, wanted > own ? ["--rules", folder] : []);
  const matching = await matchingSeconds(dist, wanted > own ? folder : null, join(out, "bench.sqlite"));
  const secondsOf = (name) => stages.find(({ stage }) => stage === name)?.seconds ?? 0;
  const cost = matching.seconds + secondsOf("rules");
  // A user's rules are tried on hard lines before the analysis begins: that is no cost of matching.
  const total = seconds - secondsOf("start");
  const share = cost / total;
  const judged = `limit ${fixed(100 * LIMITS.rules, 0)} %: ${verdict(share <= LIMITS.rules)}`;
  return [
    `${matching.rules} rules`,
    `${fixed(cost)} s`,
    `${fixed(100 * share, 1)} % of ${fixed(total)} s with them all, ${judged} (${matching.count} distinct texts)`,
  ];
}

const fixed = (number, digits = 2) => number.toFixed(digits);
const verdict = (good) => (good ? "ok" : "MISSED");

function print(rows) {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value, note = ""] of rows) {
    process.stdout.write(`${name.padEnd(width)}  ${value.padStart(16)}  ${note}`.trimEnd() + "\n");
  }
}

async function main() {
  const directory = mkdtempSync(join(tmpdir(), "coldcase-bench-"));
  try {
    const [{ model } = { model: "unknown processor" }] = cpus();
    const load = fixed(loadavg()[0]);
    process.stdout.write(`${model}, ${availableParallelism()} processors, node ${process.version}, load ${load}\n`);
    process.stdout.write(`generating ${options.lines} lines in ${directory}\n`);
    const { bundle, texts, bytes } = await generate(directory, Number(options.lines));
    const out = join(directory, "out");
    const results = [];
    for (let index = 0; index < Number(options.runs); index++) results.push(await analyseOnce(bundle, out));
    const best = results.toSorted((a, b) => a.seconds - b.seconds)[0];
    const peak = Math.max(...results.map((result) => result.peak));
    const gzip = await run("gzip", ["-dc", bundle]);
    const runs = Number(options.runs);
    const lnav = await lnavTime(texts, directory, runs);
    const lnavDocker = await lnavTime(texts, directory, runs, ["-I", writeFormat(directory)]);
    const rules = options.rules === undefined ? [] : [await rulesRow(bundle, directory, Number(options.rules))];
    const { events, texts: distinct } = countsOf(join(out, "bench.sqlite"));
    const html = statSync(join(out, "bench.html")).size;
    const mb = (value) => `${fixed(value / MEGABYTE, 1)} MB`;
    print([
      ["bundle", mb(statSync(bundle).size), `${mb(bytes)} of text`],
      [
        "events",
        String(events),
        `${fixed((100 * distinct) / events, 1)} % distinct texts (at least 40): ${verdict(distinct / events >= LIMITS.distinct)}`,
      ],
      [
        "analysis",
        `${fixed(best.seconds)} s`,
        `best of ${results.length}: ${results.map(({ seconds }) => fixed(seconds)).join(" ")}`,
      ],
      ...best.stages.map(({ stage, seconds }) => [
        `  ${stage}`,
        `${fixed(seconds)} s`,
        `${fixed((100 * seconds) / best.seconds, 0)} %`,
      ]),
      ...rules,
      ["events/s", String(Math.round(events / best.seconds))],
      ["peak memory", mb(peak), `limit ${LIMITS.rss} MB: ${verdict(peak <= LIMITS.rss * MEGABYTE)}`],
      ["html", mb(html), `limit ${LIMITS.html} MB: ${verdict(html < LIMITS.html * MEGABYTE)}`],
      ["sqlite", mb(statSync(join(out, "bench.sqlite")).size)],
      ["gzip -dc", `${fixed(gzip.seconds)} s`, `analysis / gzip = ${fixed(best.seconds / gzip.seconds, 1)}`],
      lnavRow("lnav, docker's files too", lnavDocker, best.seconds, Number(options.lines)),
      lnavRow("lnav as it comes", lnav, best.seconds, Number(options.lines)),
      journalRow(join(dirname(options.cli), "..", "sources", "journal-binary.js"), Number(options.lines) / 3, runs),
    ]);
  } finally {
    if (!options.keep) rmSync(directory, { recursive: true, force: true });
  }
}

if (existsSync(options.cli)) {
  await main();
} else {
  process.stderr.write(`${options.cli} is not there: run npm run build first\n`);
  process.exitCode = 2;
}
