/** What takes single texts: masking, rules, an earlier report, compressed fields of a journal. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { renderHtml } from "../../analyzer/report/html.ts";
import { renderMarkdown } from "../../analyzer/report/markdown.ts";
import { isUnreadable, readHtmlReport } from "../../analyzer/report/read.ts";
import { createRedactor } from "../../analyzer/report/redactor.ts";
import { renderTerminal } from "../../analyzer/report/terminal.ts";
import { textMatcher } from "../../analyzer/rules/matcher.ts";
import { loadRules } from "../../analyzer/rules/registry.ts";
import { RuleError } from "../../analyzer/rules/_rule-error.ts";
import { parseLineRule } from "../../analyzer/rules/yaml.ts";
import { LZ4, unpack, ZSTD } from "../../analyzer/sources/_unpack.ts";
import { unxz } from "../../analyzer/sources/_unxz.ts";
import { textsOf } from "../../analyzer/store/texts.ts";
import { canaries } from "../redact/canaries.ts";
import { mutateBytes } from "./mutate-binary.ts";
import { mutateText } from "./mutate-text.ts";
import type { FuzzTarget } from "./target.ts";
import { promise } from "./target.ts";

const RULES = new URL("../../analyzer/rules/", import.meta.url);
const UNPACKED = 4 * 1024 * 1024;

/** @param html an HTML report @param texts lines to take parts from */
export async function textTargets(html: string, texts: string[]): Promise<FuzzTarget[]> {
  const rules = await loadRules();
  const { match } = textMatcher(rules);
  const lines = rules.flatMap((rule) => (rule.type === "line" ? [...rule.cases.fires, ...rule.cases.quiet] : []));
  const files = readdirSync(RULES).filter((name) => name.endsWith(".yaml"));
  const yaml = files.map(
    (name) => [name.slice(0, -".yaml".length), readFileSync(new URL(name, RULES), "latin1")] as const,
  );
  const fields = packedFields();
  const latin1 = (text: string): string => Buffer.from(text).toString("latin1");
  return [
    {
      name: "masking",
      generate: (pick) => {
        const text = `${pick.of(lines)} ${pick.of(canaries).line}`;
        return { about: "", bytes: Buffer.from(mutateText(latin1(text), pick, latin1(pick.of(texts))), "latin1") };
      },
      async run({ bytes }) {
        const text = bytes.toString("utf8").slice(0, 1 << 17);
        const redactor = createRedactor({
          mode: "strict",
          words: ["raspberry", "C++ (x"],
          names: ["k1", "kube-apiserver-k1"],
        });
        const once = redactor.mask(text);
        promise(once.length < text.length * 8 + 1000, "masking does not blow a text up");
      },
    },
    {
      name: "line rules",
      generate: (pick) => ({
        about: "",
        bytes: Buffer.from(mutateText(latin1(pick.of(lines)), pick, latin1(pick.of(lines))), "latin1"),
      }),
      async run({ bytes }) {
        const text = bytes.toString("utf8");
        match(textsOf([text]), (_, matches) => {
          for (const { captures } of matches) promise(Object.keys(captures).length < 30, "few captures");
        });
      },
    },
    {
      name: "rule file",
      generate(pick) {
        const [about, text] = pick.of(yaml);
        return { about, bytes: Buffer.from(mutateText(text, pick, pick.of(yaml)[1]).slice(0, 20_000), "latin1") };
      },
      async run({ about, bytes }) {
        try {
          parseLineRule(about, bytes.toString("utf8"));
        } catch (error) {
          if (!(error instanceof RuleError)) throw error;
          promise(/:\d+: ./s.test(error.message), `says file and line: ${error.message.slice(0, 100)}`);
        }
      },
    },
    {
      name: "earlier report",
      generate(pick) {
        const island = new RegExp(`(id="${pick.of(["report", "events"])}-data"[^>]*>)([^<]*)`).exec(html);
        if (island === null || pick.one(8)) return { about: "", bytes: mutateBytes(Buffer.from(html), pick) };
        const json = inflateRawSync(Buffer.from(island[2] ?? "", "base64")).toString("latin1");
        const changed = Buffer.from(mutateText(json, pick, latin1(pick.of(texts))), "latin1");
        const packed = deflateRawSync(changed).toString("base64");
        return { about: "", bytes: Buffer.from(html.replace(island[0], () => `${island[1]}${packed}`)) };
      },
      async run({ bytes }) {
        try {
          const { report, events } = readHtmlReport(bytes.toString("utf8"));
          renderHtml(report, events);
          renderMarkdown(report);
          renderTerminal(report, { width: 80, color: true, files: [] });
        } catch (error) {
          if (!isUnreadable(error)) throw error;
        }
      },
    },
    {
      name: "compressed field",
      generate(pick) {
        const packed = pick.of(fields);
        return { about: packed.kind, bytes: pick.one(12) ? packed.bytes : mutateBytes(packed.bytes, pick) };
      },
      async run({ about, bytes }) {
        const result = about === "xz" ? await unxz(bytes, UNPACKED) : unpack(about === "lz4" ? LZ4 : ZSTD, bytes);
        promise(result === null || result.length <= UNPACKED, "at most 4 MiB are unpacked");
      },
    },
  ];
}

/** One text as zstd, xz and lz4 store it in a journal. */
function packedFields(): { kind: string; bytes: Buffer }[] {
  const field = Buffer.from(`MESSAGE=${"structure needs cleaning, ".repeat(60)}`);
  const pack = (command: string, args: string[]): Buffer => execFileSync(command, args, { input: field });
  return [
    { kind: "zstd", bytes: pack("zstd", ["-c", "--stream-size", String(field.length)]) },
    { kind: "zstd", bytes: zstdRun(field.length, 0x41) },
    { kind: "xz", bytes: pack("xz", ["-c"]) },
    { kind: "lz4", bytes: lz4Run(field.length) },
  ];
}

/** A zstd frame whose one block says: this byte so many times (RFC 8878, 3.1.1.2.2). */
function zstdRun(length: number, byte: number): Buffer {
  const frame = Buffer.alloc(9 + 4);
  frame.writeUInt32LE(0xfd2fb528, 0);
  frame[4] = 0xa0;
  frame.writeUInt32LE(length, 5);
  frame.writeUIntLE((length << 3) | 3, 9, 3);
  frame[12] = byte;
  return frame;
}

/** An LZ4 block after its size: one letter, then a match that repeats it, then five letters. */
function lz4Run(length: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(length));
  const rest = length - 1 - 5 - 4 - 15;
  const more = [...Array.from({ length: Math.floor(rest / 255) }, () => 255), rest % 255];
  return Buffer.concat([size, Buffer.from([0x1f, 0x41, 1, 0, ...more, 0x50]), Buffer.from("AAAAA")]);
}
