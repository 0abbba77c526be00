/** What opens a bundle: archives, lines, sections, the manifest; and the whole pipeline over a mutated bundle. */
import { analyze } from "../../analyzer/analyze.ts";
import { detectContent, readContent } from "../../analyzer/bundle/archive.ts";
import { cleanCommand } from "../../analyzer/bundle/command.ts";
import { BundleError } from "../../analyzer/bundle/errors.ts";
import { createReadContext, defaultLimits } from "../../analyzer/bundle/limits.ts";
import { splitLines } from "../../analyzer/bundle/lines.ts";
import { createManifestReader, custodyOf } from "../../analyzer/bundle/manifest.ts";
import { unpackLog } from "../../analyzer/bundle/members.ts";
import { createSectioner } from "../../analyzer/bundle/sections.ts";
import type { Line } from "../../analyzer/model/source.ts";
import { selectEvents } from "../../analyzer/report/event-selection.ts";
import { exportEvents } from "../../analyzer/report/events.ts";
import { renderHtml } from "../../analyzer/report/html.ts";
import { renderJson } from "../../analyzer/report/json.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { readHtmlReport } from "../../analyzer/report/read.ts";
import { redactReport } from "../../analyzer/report/redact-report.ts";
import { renderTerminal } from "../../analyzer/report/terminal.ts";
import { createStore } from "../../analyzer/store/open.ts";
import { memoryBundle } from "../helpers/memory-bundle.ts";
import { makeGzip, mutateBytes, mutateTar } from "./mutate-binary.ts";
import { mutateText } from "./mutate-text.ts";
import type { Pick } from "./pick.ts";
import type { FuzzTarget } from "./target.ts";
import { portionsOf, promise } from "./target.ts";

const LIMITS = { ...defaultLimits, maxTotalBytes: 64 * 1024 * 1024, maxEntries: 10_000 };

/** An archive with members of every kind, to be mutated. */
export interface Seeds {
  tar: Buffer;
  /** Sample bundles: text by path. */
  bundles: Record<string, string>[];
}

async function readArchive(bytes: Buffer): Promise<void> {
  const source = {
    size: bytes.length,
    read: (from: number) => portionsOf(bytes.subarray(from), 8192),
    close: async () => undefined,
  };
  const context = createReadContext(LIMITS);
  let produced = 0;
  try {
    const content = await detectContent(source, "fuzzed", LIMITS);
    for await (const member of readContent(source, content, "fuzzed", context, null)) {
      const artifact = await unpackLog(member, context);
      promise(typeof artifact.path === "string" && artifact.path !== "", "a member has a path");
      promise(artifact.path.length <= LIMITS.maxPathLength, "the limit of paths holds");
      promise(artifact.modified === null || Number.isFinite(artifact.modified), `modified ${artifact.modified}`);
      for await (const chunk of artifact.chunks) produced += chunk.length;
    }
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
  }
  promise(produced <= 3 * LIMITS.maxTotalBytes, "the limit of bytes holds");
  for (const { message } of context.damage.list()) promise(message !== "", "damage is told in words");
}

async function readLines(bytes: Buffer, size: number): Promise<string> {
  const lines: unknown[] = [];
  let last = 0;
  const keep = (line: Line): void => {
    promise(line.byteOffset + line.byteLength <= bytes.length, "a line lies inside of the text");
    promise(line.byteOffset >= last, "lines come in order");
    last = line.byteOffset;
    lines.push([line.number, line.byteOffset, line.byteLength, line.text]);
  };
  const sectioner = createSectioner((section) => {
    lines.push(section);
    if (section.command !== null) cleanCommand(section.command);
  }, keep);
  await splitLines(portionsOf(bytes, size), (line) => sectioner.line(line), {
    maxLineBytes: 4096,
    onWarning: (...warning) => lines.push(warning),
  });
  sectioner.end();
  return JSON.stringify(lines);
}

const PROMPTS = [
  "$ docker ps -a \\",
  "pi@k1:~ $ sudo !!",
  "[root@k1 ~]# dmesg",
  "==> /var/log/syslog <==",
  "## docker inspect x -> rc=1 0.7s err=Error: x",
  "# journalctl -u kubelet",
];

function mutateFiles(files: Record<string, string>, pick: Pick): string {
  const paths = Object.keys(files);
  const entries = Object.entries(files).map(([path, text]) => {
    if (!pick.one(Math.min(4, paths.length))) return [path, text] as const;
    const bytes = Buffer.from(text).toString("latin1").slice(0, 100_000);
    const other = Buffer.from(files[pick.of(paths)] ?? "").toString("latin1");
    const name = pick.one(6)
      ? `${pick.of(["../", "/", "\u202e", "<b>", "=", ""])}${path}${pick.of(["", "\u001b[2J", "'\"`", "{{x}}"])}`
      : path;
    return [name, Buffer.from(mutateText(bytes, pick, other), "latin1").toString("utf8")] as const;
  });
  return JSON.stringify(Object.fromEntries(entries));
}

// oxlint-disable-next-line no-control-regex -- none of these may be left in an output
const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

async function analyzeAndRender(files: Record<string, string>): Promise<void> {
  const database = await createStore("");
  try {
    const options = { timezone: null, year: null, collectedAt: null, rules: null, version: "0.0.0-fuzz" };
    const whole = await analyze(memoryBundle(files), database, options, () => undefined);
    for (const { message } of whole.warnings) promise(!/^source .* failed/.test(message), message);
    for (const { rule, verdict, missing } of whole.checks)
      promise(verdict !== "error", `rule ${rule}: ${missing ?? ""}`);
    const redaction = redactReport(whole, { mode: "default", words: [] });
    const report = { ...redaction.report, redaction: redaction.summary() };
    const events = await exportEvents(selectEvents(database, whole), () => 2_000_000, redaction.mask);
    const html = renderHtml(report, events);
    const outputs = {
      html,
      markdown: renderMarkdown(report),
      terminal: renderTerminal(report, { width: 100, color: false, files: [] }),
    };
    for (const [name, text] of Object.entries(outputs))
      promise(!RAW.test(text), `no raw control characters in ${name}`);
    JSON.parse(renderJson(report));
    const again = readHtmlReport(html);
    promise(JSON.stringify(again.report.rootCauses) === JSON.stringify(report.rootCauses), "the HTML holds the report");
  } finally {
    database.close();
  }
}

/** The targets that take whole archives, manifests or bundles. */
export function bundleTargets({ tar, bundles }: Seeds): FuzzTarget[] {
  const texts = bundles.flatMap((files) => Object.values(files)).filter((text) => text.length < 50_000);
  const latin1 = (pick: Pick): string => Buffer.from(pick.of(texts)).toString("latin1");
  const manifests = bundles.flatMap((files) => Object.entries(files).filter(([path]) => path.startsWith("manifest")));
  return [
    {
      name: "tar",
      generate: (pick) => ({ about: "", bytes: mutateTar(tar, pick) }),
      run: ({ bytes }) => readArchive(bytes),
    },
    {
      name: "gzip",
      generate: (pick) => ({
        about: "",
        bytes: makeGzip(pick.one(2) ? mutateTar(tar, pick) : pick.one(2) ? tar : Buffer.from(pick.of(texts)), pick),
      }),
      run: ({ bytes }) => readArchive(bytes),
    },
    {
      name: "lines and sections",
      generate(pick) {
        const text = latin1(pick).replace(/\n/g, () => (pick.one(9) ? `\n${pick.of(PROMPTS)}\n` : "\n"));
        return { about: "", bytes: Buffer.from(mutateText(text, pick, latin1(pick)), "latin1") };
      },
      async run({ bytes }) {
        const whole = await readLines(bytes, 1 << 16);
        if (bytes.length < 50_000) promise((await readLines(bytes, 3)) === whole, "the same in portions of 3 bytes");
      },
    },
    {
      name: "manifest",
      generate(pick) {
        const [path, text] = pick.of(manifests);
        const bytes = Buffer.from(text);
        const mutated = pick.one(4)
          ? mutateBytes(bytes, pick)
          : Buffer.from(mutateText(bytes.toString("latin1"), pick, latin1(pick)), "latin1");
        return { about: path, bytes: mutated };
      },
      async run({ about, bytes }) {
        const reader = createManifestReader();
        await reader.add(about, portionsOf(bytes, 4096));
        await reader.add("manifest.json", portionsOf(bytes, 4096));
        const manifest = reader.result();
        if (manifest !== null) custodyOf(manifest);
        promise((manifest?.warnings.length ?? 0) < 5000, "warnings are bounded");
      },
    },
    {
      name: "whole bundle",
      generate: (pick) => ({ about: "", bytes: Buffer.from(mutateFiles(pick.of(bundles), pick)) }),
      run: ({ bytes }) => analyzeAndRender(JSON.parse(bytes.toString("utf8")) as Record<string, string>),
    },
  ];
}
