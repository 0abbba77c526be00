/**
 * Text of journalctl in every form that carries a time, and classic syslog files.
 *
 *     Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:57.028616     319 reflector.go:205] Failed to list *v1.Pod: Get …
 *     -- Boot e68720e89cd64da1a90a1eeaa3d5c419 --
 *
 * Defined in systemd src/shared/logs-show.c (output_short) and RFC 3164; headers in `_journal-header.ts`, messages in
 * `_payload.ts`. The second of the header gets the fraction that the message's own time has, when the two agree.
 */
import type { Level, Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import type { ClockKind, Micros } from "../model/time.ts";
import { MINUTE, SECOND } from "../model/time.ts";
import { parseIso } from "./_time.ts";
import { JournalHeader } from "./_journal-header.ts";
import { klogProcess } from "./_klog-process.ts";
import { Payload } from "./_payload.ts";
import type { Compared } from "./_zone-probe.ts";
import { ZoneProbes } from "./_zone-probe.ts";
import { samples } from "./_journal-samples.ts";

const ID = "journal-text";
const MINUS = 45;
const QUARTER = 15 * MINUTE;
const SEPARATOR = /^-- (?:(Reboot|Boot [0-9a-f]{32})|Logs begin at .*|Journal begins at .*|No entries) ?--$/;
/** `-- Logs begin at Mon 2022-06-20 08:00:12 CEST, end at Fri 2022-07-01 21:15:00 CEST. --` */
const JOURNAL_END = /, ends? at \S{1,12} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/;
const MOST_ZONES = 8;
/** A header that lost its beginning still names the process. */
const HEADLESS = /^(?:\S+ ){0,4}([\w.@()/-]+)\[\d+\]: /;
/** `[ 1788.652787] ` that syslog keeps in front of the kernel's lines. */
const KERNEL_STAMP = /\[ {0,5}\d{1,9}\.\d{6}\](?:\[ *[TC]\d+\])? ?/y;

class JournalReader implements LineReader {
  readonly #context: ParseContext;
  readonly #header = new JournalHeader();
  readonly #payload = new Payload();
  readonly #probes = new ZoneProbes();
  /** Whoever printed it may have done so in another zone than the node's. */
  readonly #printer: Compared;
  readonly #writer: Compared = { process: null, pid: 0, base: null };
  readonly #inUtc: boolean;
  /** Abbreviations of zones, with the first line that has each. */
  readonly #zones = new Map<string, Line>();
  #boot: string | null = null;
  #reboots = 0;

  constructor(context: ParseContext) {
    this.#context = context;
    const process = [context.command, context.artifact].filter((part) => part !== null).join(" in ");
    this.#printer = { process, pid: 0, base: null };
    this.#inUtc = /^journalctl\b.*\s--utc\b/.test(context.command ?? "");
  }

  line(line: Line): void {
    const { text } = line;
    if (text.charCodeAt(0) === MINUS && text.startsWith("-- ") && this.#separator(line)) return;
    const header = this.#header;
    if (!header.read(text)) return this.#unread(line);
    const payload = this.#payload;
    payload.read(text, header.origin === "kernel" ? afterKernelStamp(text, header.rest) : header.rest);
    let { stated, precision } = header;
    if (payload.clock !== "none" && header.clock !== "monotonic") {
      if (precision === SECOND && payload.precision < SECOND) {
        const difference = quarterDifference(payload.stated, stated);
        if (difference > -2 * SECOND && difference < 2 * SECOND) {
          stated += difference;
          precision = payload.precision;
        }
      }
      this.#compare(line);
    }
    const told = payload.level ?? header.level;
    const level = told ?? (header.origin === "systemd" ? 5 : 6);
    const isLocal = header.clock === "local" || header.clock === "local-no-year";
    const { zoneName } = header;
    if (isLocal && zoneName !== "" && !this.#zones.has(zoneName) && this.#zones.size < MOST_ZONES)
      this.#zones.set(zoneName, line);
    if (isLocal && this.#inUtc) this.#probes.add(this.#printer, stated, header.clock, stated, line);
    const process = isLocal ? this.#printer.process : null;
    this.#emit(line, stated, header.clock, precision, level, payload.text, process, told === null);
  }

  /** Header and message state one moment: what one zone is by the other. */
  #compare(line: Line): void {
    const header = this.#header;
    const payload = this.#payload;
    if (payload.clock === "utc" && header.clock !== "utc") {
      this.#probes.add(this.#printer, header.stated, header.clock, payload.stated, line);
    } else if (payload.clock === "local-no-year" && payload.pid > 0) {
      const writer = this.#writer;
      writer.process = header.origin;
      writer.pid = payload.pid;
      writer.base = header.clock === "utc" ? null : this.#printer.process;
      this.#probes.add(writer, payload.stated, payload.clock, header.stated, line);
    }
  }

  end(): void {
    const { sink } = this.#context;
    this.#probes.flush(sink);
    for (const [name, line] of this.#zones) sink.fact("zone-name", name, { name }, line);
  }

  #emit(
    line: Line,
    stated: Micros | null,
    clock: ClockKind,
    precision: Micros,
    level: Level,
    text: string,
    process: string | null = null,
    levelAssumed = false,
  ): void {
    const origin = this.#header.origin === "" ? ID : this.#header.origin;
    const { sink } = this.#context;
    const boot = this.#boot;
    sink.event({ line, stated, clock, precision, boot, process, level, levelAssumed, origin, text });
  }

  #separator(line: Line): boolean {
    const match = SEPARATOR.exec(line.text);
    if (!match) return false;
    const end = parseIso(JOURNAL_END.exec(line.text)?.[1] ?? "")?.time.stated;
    if (end !== undefined) this.#context.sink.fact("journal-end", String(line.number), { at: end }, line);
    if (match[1] !== undefined) {
      const draft = { line, stated: null, clock: "none" as const, precision: 0, level: 6 as const };
      this.#context.sink.event({ ...draft, origin: "journal", text: match[1] });
      this.#reboots += 1;
      this.#boot = match[1] === "Reboot" ? `reboot-${this.#reboots}` : match[1].slice("Boot ".length);
    }
    return true;
  }

  /** Continuations, lines of other programs, and headers that were cut. */
  #unread(line: Line): void {
    if (line.text.trim() === "") return;
    const payload = this.#payload;
    const headless = HEADLESS.exec(line.text);
    payload.read(line.text, headless?.[0].length ?? 0);
    if (payload.clock === "none") return this.#emit(line, null, "none", 0, 6, line.text);
    if (headless) this.#header.origin = headless[1] ?? "";
    const process = klogProcess(payload, headless?.[1] ?? null, this.#context.artifact);
    const { stated, clock, precision, level, text } = payload;
    this.#emit(line, stated, clock, precision, level ?? 6, text, clock === "utc" ? null : process);
  }
}

/** How far the message's time lies after the header's, whatever zones they are in: offsets are whole quarters. */
function quarterDifference(payload: Micros, header: Micros): Micros {
  const difference = payload - header;
  return difference - Math.round(difference / QUARTER) * QUARTER;
}

function afterKernelStamp(text: string, from: number): number {
  KERNEL_STAMP.lastIndex = from;
  return KERNEL_STAMP.test(text) ? KERNEL_STAMP.lastIndex : from;
}

/** True for a header with a process. dmesg has no host, docker's own times have nine digits. */
function isHeader(header: JournalHeader, line: string): boolean {
  if (!header.read(line) || !header.named) return false;
  if (header.clock === "monotonic") return /^\[[^\]]*\] [^\s:]+ (?:kernel|[^\s:]+\[\d+\]): /.test(line);
  return !/^\d{4}-\d\d-\d\dT[\d:]+(?:\.\d{7,9}|,\d{6})/.test(line);
}

function sniff(head: string[]): number {
  const lines = head.filter((line) => line.trim() !== "");
  if (lines.some((line) => /^\s+Loaded: loaded/.test(line))) return 0.3;
  const header = new JournalHeader();
  const read = lines.filter((line) => SEPARATOR.test(line) || isHeader(header, line)).length;
  if (read === 0) return 0;
  const share = read / lines.length;
  return share < 0.3 ? 0.4 * share : 0.6 + 0.39 * share;
}

const parser: SourceParser = {
  id: ID,
  title: "Journal and syslog text",
  retellsJournal: true,
  kinds: ["journal-text", "syslog"],
  command:
    /^(?:journalctl\b(?!.*(?:--list-boots|--verify|--disk-usage|--header|(?:-o|--output)[ =]?(?:json|export|cat|verbose)))|(?:cat|tail|head|grep|z?cat|zgrep)\b.*\/var\/log\/(?:syslog|messages|kern\.log|daemon\.log|auth\.log))/,
  path: /(?:^|\/)(?:syslog|messages|kern\.log|daemon\.log|user\.log|auth\.log)(?:\.\d+)?$/,
  sniff,
  open: (context) => new JournalReader(context),
  samples,
};

export default parser;
