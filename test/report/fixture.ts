/** Reports for the renderers' tests: the seed incident, and the ends of the scale. */
import type { IncidentReport, ReportFinding, ReportTimelineEntry } from "../../analyzer/model/report.ts";
import { severities } from "../../analyzer/model/words.ts";
import { at } from "./fixture-evidence.ts";
import { finding } from "./fixture-findings.ts";
import { seedReport } from "./fixture-seed.ts";

export { seedReport };

const NOTHING_FOUND = {
  rootCauses: [],
  findings: [],
  gaps: [],
  damage: [],
  warnings: [],
  links: [],
} satisfies Partial<IncidentReport>;

/** A node with nothing wrong. */
export function healthyReport(): IncidentReport {
  const seed = seedReport();
  return {
    ...seed,
    ...NOTHING_FOUND,
    conclusion: "healthy",
    headline: "Nothing wrong was found on k1",
    conclusionReasons: ["41 of 44 checks could be run, and all passed.", "Every container is up or ended with 0."],
    notCollected: [],
    coverage: [{ item: "docker ps -a", status: "ok", detail: "" }],
    checks: seed.checks.map((check) => ({ ...check, verdict: "pass" as const })),
    containers: seed.containers.slice(1),
    timeline: seed.timeline.slice(0, 5),
  };
}

/** A bundle of a single empty-handed file. */
export function insufficientReport(): IncidentReport {
  const seed = seedReport();
  return {
    ...seed,
    ...NOTHING_FOUND,
    conclusion: "insufficient-evidence",
    headline: "notes.txt holds too little to tell whether anything is wrong",
    conclusionReasons: ["Only one artifact was recognised, and it holds no event."],
    bundles: [
      {
        name: "notes.txt",
        form: "files",
        sha256: null,
        collectedAt: null,
        complete: false,
        redacted: false,
        custody: null,
      },
    ],
    node: { host: null, model: null, os: null, kernel: null, runtime: null, kubernetes: null },
    clock: { zone: null, zoneBasis: "Nothing names a zone.", yearBasis: null, boots: [], steps: [], notes: [] },
    containers: [],
    entities: [],
    checks: seed.checks.map((check) => ({ ...check, verdict: "unknown" as const, missing: "everything" })),
    counts: { events: 0, facts: 0, artifacts: 1, bySource: {}, warnings: 0 },
    histogram: null,
    timeline: [],
    redaction: { mode: "none", masked: [], late: 0 },
  };
}

/** Trouble whose cause the bundle does not tell. */
export function unknownCauseReport(): IncidentReport {
  const seed = seedReport();
  return {
    ...seed,
    conclusion: "trouble-cause-unknown",
    headline: "The API server of k1 is down, and the bundle does not tell why",
    conclusionReasons: ["192.168.1.11:6443 refuses connections.", "No finding explains it."],
    rootCauses: [],
    findings: seed.findings.slice(4, 6),
  };
}

export const HOSTILE = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "{{x}} {{{y}}} {{> report}}",
  "$& $1 $` $'",
  "%%TOKEN%%",
  "right \u202eto left\u202c, zero\u200bwidth, \u2066isolated\u2069",
  "NUL \u0000 ESC \u001b[31mred\u001b[0m \u001b]0;title\u0007 BEL \u009b31m CSI",
  "lone \ud800 and \udc00 halves",
  "ticks ` `` ``` ```````` tildes ~~~~~~",
  "@torvalds fixes #123, GH-7, owner/repo#4, https://evil.example/x?a=b www.evil.example me@evil.example",
  "line\nbreak\r\n# heading\n- item",
  "<!-- --> ]]> &lt;b&gt; \u2028 \u2029 \ufeff",
  "| a | b | **bold** [link](javascript:alert(1)) ![image](https://evil.example/i.png)",
  "x".repeat(100_000),
  `${"\\`*_".repeat(2000)}`,
  ".".repeat(30_000),
];

/** Every string of the seed report becomes one of the hostile texts, in turn; closed word lists and times stay. */
export function hostileReport(): IncidentReport {
  const kept = new Set(
    "schemaVersion conclusion basis from to best layer role severity confidence cause verdict kind status risk mode".split(
      " ",
    ),
  );
  let turn = 0;
  const next = (): string => {
    const text = HOSTILE[turn % HOSTILE.length] ?? "";
    turn += 1;
    return turn > HOSTILE.length * 4 ? text.slice(0, 3000) : text;
  };
  const spoil = (value: unknown, name: string): unknown => {
    if (typeof value === "string") return kept.has(name) ? value : next();
    if (Array.isArray(value)) return value.map((item) => spoil(item, name));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoil(item, key)]));
  };
  const seed = seedReport();
  const report = spoil(seed, "") as IncidentReport;
  const ids = new Map(seed.findings.map(({ id }, index) => [id, `<b>"${id}" #${index}</b>`]));
  const idOf = (id: string): string => ids.get(id) ?? id;
  return {
    ...report,
    tool: seed.tool,
    findings: report.findings.map((item, index) => ({
      ...item,
      id: idOf(seed.findings[index]?.id ?? ""),
      references: ["javascript:alert(1)", 'https://example.org/"onmouseover=alert(1)', "data:text/html,x"],
    })),
    rootCauses: report.rootCauses.map((item, index) => ({
      ...item,
      finding: idOf(seed.rootCauses[index]?.finding ?? ""),
      chain: (seed.rootCauses[index]?.chain ?? []).map(idOf),
      consequences: (seed.rootCauses[index]?.consequences ?? []).map(idOf),
    })),
    counts: { ...report.counts, bySource: { "<i>\u001b[1m": 3, __proto__: 1 } },
  };
}

function manyFindings(count: number): ReportFinding[] {
  return Array.from({ length: count }, (_, index) =>
    finding(`rule-${index}`, {
      layer: "kubelet",
      role: index === 0 ? "cause" : "effect",
      severity: severities[index % 4] ?? "info",
      title: `Finding ${index} about container ${"0123456789abcdef".repeat(4)}`,
      summary: "A long explanation of what was found. ".repeat(12),
      why: "It matters for many reasons. ".repeat(6),
      window: at(isoMinute(index * 30)),
      evidence: Array.from({ length: 12 }, (_unused, line) => ({
        artifact: `journal/part-${index}.txt`,
        line: line * 10 + 1,
        text: `line ${line} of finding ${index} `.repeat(12),
        at: at(isoMinute(index * 30 + line)),
        before: ["the line before"],
        after: ["the line after"],
      })),
      count: 12,
    }),
  );
}

function isoMinute(minute: number): string {
  return new Date(Date.UTC(2024, 1, 27) + minute * 60_000).toISOString();
}

/** 60 findings and 2,000 entries of the timeline in 40 lanes, some before the clock was set and some long after. */
export function bigReport(): IncidentReport {
  const seed = seedReport();
  const findings = manyFindings(60);
  const timeline = Array.from({ length: 2000 }, (_, index): ReportTimelineEntry => {
    const minute = index < 20 ? -28_000_000 + index : index < 1800 ? index * 2 : 200_000 + index;
    return {
      at: index % 97 === 0 ? null : at(isoMinute(minute), isoMinute(minute + (index % 211 === 0 ? 300 : 0))),
      lane: `unit ${(index * 7) % 40}: some-service-with-a-long-name@${index % 40}.service`,
      severity: index % 50 === 0 ? "critical" : index % 11 === 0 ? "major" : index % 5 === 0 ? "minor" : "info",
      text: `event ${index} says something of ordinary length about /var/lib/thing/${index}`,
      artifact: `journal/part-${index % 60}.txt`,
      line: index,
      count: 1 + (index % 3),
    };
  });
  const bins = Array.from({ length: 240 }, (_, bin) => Math.round(500 * Math.abs(Math.sin(bin / 9))));
  return {
    ...seed,
    findings,
    timeline,
    rootCauses: seed.rootCauses.concat(seed.rootCauses, seed.rootCauses).map((cause, index) => ({
      ...cause,
      title: `Root cause ${index}`,
      finding: `rule-${index}`,
      chain: findings.slice(index, index + 14).map(({ id }) => id),
      remedy: cause.remedy.concat(cause.remedy, cause.remedy),
    })),
    histogram: {
      from: isoMinute(0),
      to: isoMinute(240 * 15),
      binUs: 15 * 60_000_000,
      error: bins.map((count) => Math.floor(count / 20)),
      warning: bins.map((count) => Math.floor(count / 7)),
      other: bins,
      unplaced: 12,
    },
    checks: Array.from({ length: 150 }, (_, index) => ({
      rule: `check-${index}`,
      title: `Nothing of kind ${index} was found`,
      verdict: index % 3 === 0 ? ("unknown" as const) : ("pass" as const),
      missing: "a log",
    })),
  };
}

export const reports = { seedReport, healthyReport, insufficientReport, unknownCauseReport, hostileReport, bigReport };
