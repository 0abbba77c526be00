/** Every row of a table that cites a line leads to that line, as it stands in the bundle. */
import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { IncidentReport, ReportEvidence } from "../../analyzer/model/report.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { rowLines } from "../../analyzer/report/row-lines.ts";
import { reportOf } from "../helpers/analyze.ts";
import { sampleBundles } from "../helpers/samples.ts";
import { seedReport } from "./fixture.ts";

const SECTIONS = ["events", "clock", "containers", "coverage"];

function citesOf(html: string): { section: string; label: string; target: string | null }[] {
  return SECTIONS.flatMap((section) => {
    const part = new RegExp(`<section id="${section}"[^]*?</section>`).exec(html)?.[0] ?? "";
    const cites = part.matchAll(/<(?:a|span) class="cite"(?: href="#([^"]+)")?>([^<]*)</g);
    return [...cites].map(([, target = null, label = ""]) => ({ section, label, target }));
  });
}

const cases = sampleBundles().map(({ name, bundle }) => [name, bundle] as const);

describe.each(cases)("%s", (_name, bundle) => {
  const page = reportOf(bundle).then((report) => ({ report, html: renderHtml(report) }));

  it("gives each place that a row cites a link to an excerpt, without a script", async () => {
    const cites = citesOf((await page).html);
    const ids = new Set([...(await page).html.matchAll(/ id="(e-[0-9a-f]+)"/g)].map(([, id]) => id));
    expect(cites.length).toBeGreaterThan(0);
    expect(cites.filter(({ target }) => target === null || !ids.has(target))).toEqual([]);
  });

  it.skipIf(!statSync(bundle).isDirectory())(
    "shows the lines as they stand in the bundle",
    async () => {
      const { lines = [] } = (await page).report;
      const read = ({ artifact, line }: ReportEvidence): string | undefined =>
        readFileSync(`${bundle}/${artifact}`, "utf8").split(/\r?\n/)[line - 1];
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(line.text).toBe(read(line));
    },
    60_000,
  );
});

const INSPECT = `[
    {
        "Id": "3b0f6a1c9d2233445566778899aabbccddeeff00112233445566778899aabbcc",
        "Created": "2026-03-01T10:00:00Z",
        "Path": "/shop",
        "Args": [
            "--one",
            "--two"
        ],
        "State": {
            "Status": "exited",
            "Running": false,
            "ExitCode": 3,
            "StartedAt": "2026-03-02T05:42:44Z",
            "FinishedAt": "2026-03-02T06:00:01Z"
        },
        "Name": "/shop",
        "Config": {}
    }
]
`;

describe("a container in a document of several lines", () => {
  const files = { "date.txt": "Mon Mar  2 11:58:06 UTC 2026\n", "inspect.json": INSPECT };
  const lineOf = (word: string): number => INSPECT.split("\n").findIndex((line) => line.includes(word)) + 1;

  it("cites the lines of its state and its times, not that of its id", async () => {
    const { containers, lines = [] } = await reportOf(files);
    const place = (word: string) => ({ artifact: "inspect.json", line: lineOf(word) });
    expect(containers[0]?.cites).toEqual({
      state: place("Status"),
      started: place("StartedAt"),
      finished: place("FinishedAt"),
    });
    expect(lines.find(({ line }) => line === lineOf("FinishedAt"))?.text.trim()).toBe(
      '"FinishedAt": "2026-03-02T06:00:01Z"',
    );
  });

  it("tells when it ended by the line that says so among the key events", async () => {
    const { timeline } = await reportOf(files);
    const ended = timeline.find(({ text }) => text.endsWith("ended, or was found dead"));
    expect(ended).toMatchObject({ artifact: "inspect.json", line: lineOf("FinishedAt") });
  });

  it("has them on one line where the document has but one", async () => {
    const one = JSON.stringify(JSON.parse(INSPECT));
    const { containers } = await reportOf({ ...files, "inspect.json": one });
    expect(containers[0]?.cites?.finished).toEqual({ artifact: "inspect.json", line: 1 });
  });
});

it("a time that ext4 recorded is told by the line of its time", async () => {
  const superblock = [
    "Filesystem volume name:   <none>",
    "Filesystem UUID:          00112233-4455-6677-8899-aabbccddeeff",
    "Filesystem state:         clean with errors",
    "Last mount time:          Sun Mar  1 08:00:00 2026",
    "FS Error count:           3",
    "First error time:         Sat Feb 28 17:03:24 2026",
    "Last error time:          Sun Mar  1 09:10:00 2026",
  ];
  const { timeline } = await reportOf({
    "date.txt": "Mon Mar  2 11:58:06 UTC 2026\n",
    "dumpe2fs.txt": `$ sudo dumpe2fs -h /dev/sda2\n${superblock.join("\n")}\n`,
  });
  const told = timeline.filter(({ lane }) => lane === "ext4").map(({ text, line }) => [text, line]);
  expect(told).toEqual([
    ["/dev/sda2: last mount of the filesystem", 5],
    ["/dev/sda2: last error that ext4 recorded", 8],
  ]);
});

it("containers that were found dead are proved by the lines of their ids, exit codes and ends, once in the list", async () => {
  const dead = INSPECT.replace('"ExitCode": 3', '"ExitCode": 255');
  const { findings, timeline } = await reportOf({ "date.txt": "Mon Mar  2 11:58:06 UTC 2026\n", "inspect.json": dead });
  const finding = findings.find(({ rule }) => rule === "exit-255");
  expect(finding?.evidence.map(({ text }) => text.trim().split(":")[0])).toEqual([
    '"Id"',
    '"ExitCode"',
    '"FinishedAt"',
  ]);
  const ends = timeline.filter(({ at: time }) => time?.from === "2026-03-02T06:00:01Z");
  expect(ends).toHaveLength(1);
});

describe("lines that rows cite", () => {
  it("are bounded, the key events' first", () => {
    const seed = seedReport();
    const [entry] = seed.timeline;
    if (!entry) throw new Error("the seed has no key events");
    const events = Array.from({ length: 2_000 }, (_, line) => ({ ...entry, artifact: "a.log", line: line + 1 }));
    const warnings = Array.from({ length: 500 }, (_, line) => ({ artifact: "b.log", line: line + 1, message: "m" }));
    const lines = rowLines({ ...seed, timeline: events, warnings });
    expect(lines.filter(({ artifact }) => artifact === "a.log")).toHaveLength(200);
    expect(lines.filter(({ artifact }) => artifact === "b.log")).toHaveLength(50);
    const gaps = Array.from({ length: 400 }, (_, line) => ({
      artifact: "c.log",
      from: null,
      to: null,
      kind: "unknown" as const,
      detail: "d",
      cites: [
        { artifact: "c.log", line: line * 10 },
        { artifact: "d.log", line },
      ],
    }));
    expect(rowLines({ ...seed, timeline: events, warnings, gaps }).length).toBeLessThanOrEqual(400);
  });

  it("are not needed: a report of an older version has none, and its places stay words", () => {
    const older: IncidentReport = seedReport();
    delete older.lines;
    const html = renderHtml(older);
    expect(html).not.toContain('id="lines"');
    expect(html).not.toContain('href="#lines"');
    expect(html).toContain('<span class="cite">');
  });
});
