import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { IncidentReport } from "../../analyzer/model/report.ts";
import { coldcase, scratch } from "../helpers/cli.ts";

const directory = scratch();
const sample = "samples/k1-apiserver-refused";
const tarball = join(directory, "k1.tar.gz");
execFileSync("tar", ["-C", sample, "-czf", tarball, "k1"]);

function file(name: string, content: Buffer | string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

function report(args: string[], input?: Buffer): IncidentReport {
  const run = coldcase([...args, "--json", "-"], input ? { input } : {});
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run.exit).toBe(0);
  return JSON.parse(run.stdout) as IncidentReport;
}

const ascii = readFileSync(tarball);
const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(ascii.toString("latin1"), "utf16le")]);
const crlf = Buffer.from(ascii.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
const zip = Buffer.concat([Buffer.from("PK\u0003\u0004\u0014\0\0\0"), Buffer.alloc(200)]);
const encryptedZip = Buffer.concat([Buffer.from("PK\u0003\u0004\u0014\0\u0001\0"), Buffer.alloc(200)]);

describe("input that cannot be used is one line and a hint, exit 2, no stack", () => {
  test.each([
    ["no such file", () => join(directory, "none.tar.gz"), /no such file/],
    ["empty file", () => file("empty.tar.gz", ""), /empty/],
    [
      "not an archive",
      () => file("noise.bin", Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251))),
      /neither an archive nor text/,
    ],
    ["zip", () => file("k1.zip", zip), /zip/i],
    ["encrypted zip", () => file("secret.zip", encryptedZip), /encrypt/i],
    ["gzip mangled to UTF-16", () => file("utf16.tar.gz", utf16), /UTF-16|PowerShell|mangled/i],
    ["gzip mangled to CRLF", () => file("crlf.tar.gz", crlf), /CRLF|line ends|mangled/i],
  ])("%s", (_, make, message) => {
    const run = coldcase([make()], { cwd: directory });
    expect(run.exit).toBe(2);
    expect(run.stdout).toBe("");
    const lines = run.stderr.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^coldcase: /);
    expect(lines.join("\n")).toMatch(message);
    expect(lines[1]).toMatch(/^hint: /);
    expect(lines).toHaveLength(2);
  });

  test.each([
    [["--timezone", "Mars/Olympus"], /--timezone Mars\/Olympus is not known/],
    [["--year", "17"], /--year 17 is not a year/],
    [["--collected-at", "yesterday"], /--collected-at yesterday is not a time/],
    [["--fail-on", "awful"], /--fail-on awful is no severity/],
    [["--html", "-", "--json", "-"], /only one output can be -/],
  ])("%s", (options, message) => {
    const run = coldcase([tarball, ...options], { cwd: directory });
    expect(run.exit).toBe(2);
    expect(run.stderr).toMatch(message);
  });
});

describe("damaged input is still analysed, and the report says what is damaged", () => {
  test("a tar with no known artifact", () => {
    const odd = join(directory, "odd");
    mkdirSync(odd);
    writeFileSync(join(odd, "notes.txt"), "nothing that any tool printed\n");
    execFileSync("tar", ["-C", directory, "-cf", join(directory, "odd.tar"), "odd"]);
    const found = report([join(directory, "odd.tar")]);
    expect(found.conclusion).toBe("insufficient-evidence");
    expect(found.coverage.map(({ item }) => item)).toEqual(["odd/notes.txt"]);
  });

  test("a tarball cut in the middle", () => {
    const plain = join(directory, "whole.tar");
    execFileSync("tar", ["-C", sample, "-cf", plain, "k1"]);
    const whole = readFileSync(plain);
    const found = report([file("cut.tar.gz", gzipSync(whole.subarray(0, 6000)))]);
    expect(found.bundles[0]?.complete).toBe(false);
    expect(found.damage.map(({ message }) => message).join("\n")).toMatch(/ends in the middle of/);
  });

  test("a line of 10 MB", () => {
    const found = report([
      file(
        "long.log",
        `Nov 05 06:07:57 k1 kubelet[319]: ${"x".repeat(10_000_000)}\nNov 05 06:07:58 k1 kubelet[319]: after\n`,
      ),
    ]);
    expect(found.counts.events).toBe(2);
    expect(found.warnings.map(({ message }) => message).join()).toMatch(/cut|long/);
  });

  test("bytes that are not UTF-8, and NUL bytes", () => {
    const bytes = Buffer.from(
      "Nov 05 06:07:57 k1 kubelet[319]: a\xff\xfeb\nNov 05 06:07:58 k1 kubelet[319]: c\0\0\0d\n",
      "latin1",
    );
    const found = report([file("odd.log", bytes)]);
    expect(found.counts.events).toBe(2);
    expect(found.warnings.map(({ message }) => message).join()).toMatch(/UTF-8.*NUL/s);
  });

  test.each([
    ["is not JSON", "{"],
    ["has the wrong types", '{"host": 7, "collectedAt": ["x"], "steps": {"a": 1}}'],
    [
      "lies",
      '{"host":"k1","collectedAt":"2017-11-05T06:08:00Z","steps":[{"id":"x","kind":"docker-inspect","path":"journal.txt","status":"splendid"}]}',
    ],
  ])("a manifest that %s", (_, manifest) => {
    const bundle = join(directory, `manifest-${manifest.length}`);
    mkdirSync(bundle);
    writeFileSync(join(bundle, "manifest.json"), manifest);
    writeFileSync(join(bundle, "journal.txt"), "Nov 05 06:07:57 k1 kubelet[319]: PLEG is not healthy\n");
    const found = report([bundle]);
    expect(found.counts.events).toBe(1);
    if (!manifest.includes("2017")) expect(found.warnings.length).toBeGreaterThan(0);
  });

  test("stdin", () => {
    const found = report(["-"], readFileSync(tarball));
    expect(found.bundles[0]?.name).toBe("stdin");
    expect(found.rootCauses[0]?.cause).toBe("filesystem-corruption");
  });

  test("loose files form one bundle", () => {
    const found = report([`${sample}/k1/journal/journal.txt`, `${sample}/k1/overlay2/ls-layer.txt`]);
    expect(found.bundles).toHaveLength(1);
    expect(found.rootCauses[0]?.cause).toBe("filesystem-corruption");
  });
});
