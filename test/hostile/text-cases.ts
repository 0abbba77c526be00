import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { HostileCase } from "./case.ts";
import { SEEN, WITNESS } from "./case.ts";
import { archive, entry } from "./tar.ts";

/** A line that becomes evidence, with something of a stranger's in it. */
const evidence = (text: string): string =>
  `Nov 05 06:07:58 k1 kubelet[319]: E1105 06:07:58.000001     319 kubelet.go:1820] skipping pod synchronization - PLEG is not healthy: pleg was last seen active 5m17s ago; threshold is 3m0s ${text}\n`;

const bundle = (text: string | Buffer, name = "k1/journal.txt"): Buffer =>
  archive(entry({ name: "k1/witness.txt", content: WITNESS }), entry({ name, content: text }));

const ESC = "\u001b";
const inEvidence = (name: string, text: string, more: Partial<HostileCase> = {}): HostileCase => ({
  name,
  make: () => bundle(evidence(text)),
  shows: [SEEN],
  ...more,
});

/** Text that wants to be more than text where it is shown. */
export const textCases: readonly HostileCase[] = [
  inEvidence("terminal: colours and cursor", `${ESC}[31mred${ESC}[2J${ESC}[1;1H`),
  inEvidence("terminal: title by OSC 0", `${ESC}]0;owned\u0007`),
  inEvidence("terminal: title by OSC 2 and ST", `${ESC}]2;owned${ESC}\\`),
  inEvidence("terminal: hyperlink by OSC 8", `${ESC}]8;;http://evil.example/${ESC}\\click${ESC}]8;;${ESC}\\`),
  inEvidence("terminal: clipboard by OSC 52", `${ESC}]52;c;cm0gLXJmIC8=\u0007`),
  inEvidence("terminal: DCS and APC", `${ESC}P1$r0m${ESC}\\${ESC}_x${ESC}\\`),
  inEvidence("terminal: C1 controls", "\u009b2J\u009d0;owned\u009c\u0090x\u009c"),
  inEvidence("terminal: backspaces and carriage returns", "visible\b\b\b\b\b\b\bhidden\rover"),
  {
    name: "terminal: escapes in the name of the host, of a pod and of a container",
    make: () =>
      archive(
        entry({
          name: "manifest.json",
          content: JSON.stringify({ host: `${ESC}]0;owned\u0007k1`, collectedAt: "2017-11-05T06:08:00Z" }),
        }),
        entry({ name: "k1/w.txt", content: WITNESS }),
        entry({
          name: "docker/ps.txt",
          content: `CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n6ef208ad4c36   ${ESC}[31mx   "a"   3 days ago   Exited (255) 3 days ago      k8s_${ESC}]0;t\u0007_kube-apiserver-k1_kube-system_u_0\n`,
        }),
      ),
    shows: [SEEN],
  },
  inEvidence("bidi: override and isolates", "user\u202e\u2066// admin\u2069\u2066"),
  inEvidence("bidi: marks", "a\u200eb\u200fc\u061cd"),
  inEvidence("HTML: script", "<script>alert(1)</script>", { inert: ["<script>alert"] }),
  inEvidence("HTML: attribute and event handler", `"><img src=x onerror=alert(1)>'`, { inert: ["<img src=x"] }),
  inEvidence("HTML: end of the script that holds the data", `</script><script>alert(1)</script><!--`, {
    inert: ["</script><script>alert"],
  }),
  inEvidence("HTML: entities", "&lt;b&gt; &#60;i&#62; &amp;", {
    shows: [SEEN, "&lt;b&gt; &#60;i&#62; &amp;"],
    check: ({ html }) => assertHas(html, "&amp;lt;b&amp;gt;"),
  }),
  inEvidence(
    "HTML: style, base, meta, link, iframe, svg",
    `</style><base href=//evil.example><meta http-equiv=refresh content=0><iframe src=//evil.example><svg onload=alert(1)>`,
    { inert: ["<base", "<iframe", "<svg onload", "<meta http-equiv=refresh"] },
  ),
  inEvidence("HTML: javascript: address", "see javascript:alert(1) and http://evil.example/", {
    inert: ['href="javascript:', 'href="http://evil'],
  }),
  {
    name: "HTML: markup in paths",
    make: () => archive(entry({ name: 'k1/"><script>alert(1)</script>.txt', content: WITNESS })),
    shows: [SEEN],
    inert: ["<script>alert"],
  },
  inEvidence("Markdown: fences", "``` \n````\n~~~", {}),
  inEvidence(
    "Markdown: image, link and mention",
    "![x](http://evil.example/p.png) [a](javascript:alert(1)) @everyone #1 org/repo#2",
    {
      check: ({ markdown }) => assertQuoted(markdown, "![x](http://evil.example"),
    },
  ),
  inEvidence("Markdown: comment and details", "<!-- <details><summary>x</summary>", {
    check: ({ markdown }) => assertQuoted(markdown, "<!-- <details>"),
  }),
  inEvidence("Markdown: table and heading", "| a | b |\n# heading", {}),
  inEvidence(
    "handlebars: expression and partial",
    `{{constructor.constructor "return process"}} {{> evil}} {{#each this}}{{/each}} {{{raw}}}`,
    {
      shows: [SEEN, "{{constructor.constructor"],
    },
  ),
  inEvidence("JavaScript: template and line separators", "${alert(1)} \u2028\u2029 `x`", {}),
  inEvidence("patterns of replace: $& $1 $`", "$& $1 $` $' $$", { shows: [SEEN, "$& $1 $` $' $$"] }),
  {
    name: "CSV: formulas",
    make: () =>
      bundle(
        ['=HYPERLINK("http://evil.example")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1+1"].join("\n") + "\n",
        "k1/notes.txt",
      ),
    command: ["query"],
    args: ["SELECT text FROM text", "--csv"],
    check: ({ stdout }) => {
      const bad = stdout.split("\n").filter((row) => /^"?[=+@\t]|^"?-\d+\+/.test(row));
      if (bad.length > 0) throw new Error(`cells that a spreadsheet runs: ${bad.join(" / ")}`);
    },
  },
  {
    name: "query: escapes in a table",
    make: () => bundle(`${ESC}]0;owned\u0007\n`, "k1/notes.txt"),
    command: ["query"],
    args: ["SELECT text FROM text"],
  },
  {
    name: "query: escapes in JSON",
    make: () => bundle(`${ESC}]0;owned\u0007 \u009b2J \u202ex\n`, "k1/notes.txt"),
    command: ["query"],
    args: ["SELECT text FROM text", "--json"],
  },
  {
    name: "verify: escapes in paths and steps",
    make: () =>
      archive(
        entry({
          name: "manifest.json",
          content: JSON.stringify({
            host: `${ESC}[2J`,
            steps: [
              { id: `${ESC}]0;t\u0007`, kind: "\u202e", path: `${ESC}[1m`, status: "failed", reason: `${ESC}[2J` },
            ],
          }),
        }),
        entry({ name: `k1/${ESC}]0;t\u0007`, type: "3" }),
      ),
    command: ["verify"],
    args: [],
    exit: 1,
  },
  {
    name: "name of the bundle: escapes and bidi",
    file: "\u001b]0;owned\u0007\u202ex.tar",
    make: () => bundle(evidence("x")),
    shows: [SEEN],
  },
  {
    name: "name of the bundle: markup",
    file: "<img src=x onerror=alert(1)>.tar",
    make: () => bundle(evidence("x")),
    shows: [SEEN],
    inert: ["<img src=x"],
  },
  {
    name: "text: not UTF-8",
    make: () =>
      bundle(
        Buffer.concat([
          Buffer.from(evidence("a")),
          Buffer.from([0xc0, 0x80, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80, 0xff, 0xfe, 0x0a]),
        ]),
      ),
    shows: [SEEN, /not valid UTF-8/],
  },
  {
    name: "text: lone surrogates in JSON",
    make: () =>
      bundle(
        `{"log":"E refused \\ud800 x \\udc00 \\ud83d\\n","stream":"stderr","time":"2017-11-05T06:07:57.5Z"}\n`,
        "k1/x-json.log",
      ),
    shows: [SEEN],
  },
  {
    name: "text: NUL bytes in runs",
    make: () => bundle(`${evidence("a")}${"\0".repeat(100_000)}\n${evidence("b")}`),
    shows: [SEEN, /NUL bytes/],
  },
  {
    name: "text: UTF-16 with halves of surrogates and an odd end",
    make: () =>
      bundle(
        Buffer.concat([
          Buffer.from([0xff, 0xfe]),
          Buffer.from(`${evidence("\ud800")}${evidence("\udc00")}`, "utf16le"),
          Buffer.from([0x41]),
        ]),
      ),
    shows: [SEEN],
  },
  {
    name: "text: byte order marks everywhere",
    make: () => bundle(`\ufeff${evidence("\ufeff")}\ufeff\ufeff`),
    shows: [SEEN],
  },
  { name: "text: a line of 10 MB", make: () => bundle(evidence("x".repeat(10_000_000))), shows: [SEEN, /too long/] },
  { name: "text: 10 MB of spaces", make: () => bundle(" ".repeat(10_000_000)), shows: [SEEN] },
  { name: "text: 10 MB of digits", make: () => bundle("1".repeat(10_000_000)), shows: [SEEN] },
  { name: "text: 10 MB of brackets", make: () => bundle("[({".repeat(3_333_333)), shows: [SEEN] },
  { name: "text: 10 MB of mail addresses that are none", make: () => bundle("a@a.".repeat(2_500_000)), shows: [SEEN] },
  { name: "text: 300,000 empty lines", make: () => bundle("\n".repeat(300_000)), shows: [SEEN] },
  { name: "text: two million carriage returns", make: () => bundle("\r".repeat(2_000_000)), shows: [SEEN] },
  {
    name: "times: every line in another year",
    make: () =>
      bundle(
        Array.from(
          { length: 20_000 },
          (_, index) =>
            `${String((index * 7919) % 10_000).padStart(4, "0")}-01-01T00:00:00+0000 k1 kubelet[1]: x ${index}`,
        ).join("\n"),
      ),
    shows: [SEEN],
  },
  {
    name: "times: 5,000 boots",
    make: () =>
      bundle(
        Array.from(
          { length: 5_000 },
          (_, index) =>
            `-- Boot ${index.toString(16).padStart(32, "0")} --\nNov 05 06:07:57 k1 kubelet[319]: x ${index}`,
        ).join("\n"),
      ),
    shows: [SEEN],
  },
  {
    name: "entities: 20,000 pods, containers and layers",
    make: () =>
      bundle(
        Array.from({ length: 20_000 }, (_, index) => {
          const id = index.toString(16).padStart(64, "0");
          return `Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:57.028616     319 kuberuntime_manager.go:840] PodSandboxStatus of sandbox "${id}" for pod "p${index}_kube-system(c0f77be1)" error: rpc error: code = Unknown desc = Error response from daemon: open /var/lib/docker/overlay2/${id}/lower: structure needs cleaning`;
        }).join("\n"),
      ),
    shows: [SEEN],
    limits: { seconds: 60, megabytes: 900 },
  },
  {
    name: "gzip: a log packed in an archive, with escapes",
    make: () =>
      archive(
        entry({ name: "k1/w.txt", content: WITNESS }),
        entry({ name: "k1/syslog.1.gz", content: gzipSync(evidence(`${ESC}]0;x\u0007`)) }),
      ),
    shows: [SEEN],
  },
  {
    name: "an earlier report with a script in every text",
    file: "k1.html",
    make(path) {
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(
        path,
        '<meta name="generator" content="coldcase 0.1.0"><script type="text/plain" id="report-data">AAAA</script>',
      );
    },
    args: ["--out", "."],
    exit: 2,
    shows: [/cannot be rendered again/],
  },
];

function assertHas(text: string, wanted: string): void {
  if (!text.includes(wanted)) throw new Error(`${wanted} is not shown`);
}

/** Markdown that is shown stands in a fence or between backticks. */
function assertQuoted(markdown: string, text: string): void {
  let fence: string | null = null;
  for (const line of markdown.split("\n")) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && fence === null) fence = mark;
    else if (mark !== undefined && fence !== null && mark.startsWith(fence) && line.trim() === mark) fence = null;
    else if (fence === null && line.replaceAll(/(`+)[^`].*?\1/g, "").includes(text))
      throw new Error(`not quoted: ${line.slice(0, 200)}`);
  }
}
