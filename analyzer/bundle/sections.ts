/**
 * Hand-saved files often hold the outputs of several commands. What begins a section:
 *
 *     $ docker ps -a                             pi@k1:~ $ sudo ls -la /var/lib/docker
 *     [root@k1 ~]# journalctl -u kubelet         root@k1:/# dmesg
 *     ==> /var/log/syslog <==                    == /var/log/containers/etcd.log
 *     ==> timedatectl <==                        ## docker inspect 6ef2 -> rc=1 0.7s out=0B err=Error: …
 */
import type { Line } from "../model/source.ts";
import { cleanCommand, looksLikeCommand, looksLikeRootCommand } from "./command.ts";

/** `firstLine`: number of the first line of the output. Null where the header did not say. */
export interface Section {
  command: string | null;
  path: string | null;
  firstLine: number;
}

export interface Sectioner {
  line(line: Line): void;
  end(): void;
}

interface Header {
  command: string | null;
  path: string | null;
  /** The command line as typed, before it was cleaned. */
  typed?: string;
  /** First character of a part of the header that is output already. */
  outputFrom?: number;
}

const MAX_CONTINUATIONS = 5;
/** Of a line; a prompt is shorter, and patterns on hostile lines must end. */
const MAX_HEADER_CHARACTERS = 4_096;

const USER = String.raw`(?:\([\w.-]+\) ?)?[\w.-]+@[\w.-]+`;
const PROMPTS = [
  /^\$ +(.+)$/,
  new RegExp(String.raw`^${USER}(?::| |: )[~/][^#$]{0,200}?[#$](?: +(\S.*)| *$)`),
  new RegExp(String.raw`^\[${USER} [^\]]{1,200}\][#$](?: *(\S.*)| *$)`),
  /^[\w.-]+:(?:~|\/(?!\/))\S{0,200} [#$] +(.+)$/,
  /^(?:ba)?sh-\d[\d.]*[#$] +(.+)$/,
  /^[~/][\w./-]{0,200} [#$] +(.+)$/,
  /^\(initramfs\) +(.+)$/,
];
/** A first character that no header has saves most lines the patterns. */
const MAY_BEGIN_HEADER = /^[$#=[(~/\w]/;

/**
 * Cuts the lines of an artifact at prompts and headers, which are not passed on. `onSection` is called for each, before
 * its lines; lines before the first header belong to no section.
 */
export function createSectioner(onSection: (section: Section) => void, onLine: (line: Line) => void): Sectioner {
  let blankBefore = true;
  let pending: { typed: string; continuations: number; echo: string | null } | null = null;
  let last = 0;

  function begin(command: string | null, path: string | null, firstLine: number): void {
    onSection({ command, path, firstLine });
  }

  function beginPending(next: number): void {
    if (pending === null) return;
    begin(cleanCommand(pending.typed.slice(0, MAX_HEADER_CHARACTERS).replace(/\\\s*\n\s*>? ?/g, " ")), null, next);
    pending = null;
  }

  /** Lines that still belong to the command: what `!!` stood for, and what follows a backslash. */
  function takePending(line: Line): boolean {
    if (pending === null) return false;
    if (pending.echo !== null) {
      const echoed = isEchoOf(pending.echo, line.text);
      pending = { typed: echoed ? line.text : "", continuations: 0, echo: null };
      beginPending(echoed ? line.number + 1 : line.number);
      return echoed;
    }
    pending.typed += `\n${line.text}`;
    const more = endsInBackslash(line.text) && ++pending.continuations < MAX_CONTINUATIONS;
    if (!more) beginPending(line.number + 1);
    return true;
  }

  function take(line: Line, header: Header): void {
    const { typed } = header;
    if (typed !== undefined && (typed.includes("!!") || endsInBackslash(typed))) {
      pending = { typed, continuations: 0, echo: typed.includes("!!") ? typed : null };
      return;
    }
    const inline = header.outputFrom !== undefined && header.outputFrom < line.text.length;
    begin(header.command, header.path, inline ? line.number : line.number + 1);
    if (inline) onLine(partOf(line, header.outputFrom ?? 0));
  }

  return {
    line(line) {
      last = line.number;
      if (takePending(line)) return;
      const start = line.text.length > MAX_HEADER_CHARACTERS ? line.text.slice(0, MAX_HEADER_CHARACTERS) : line.text;
      const header = MAY_BEGIN_HEADER.test(start) ? parseHeader(start, blankBefore) : null;
      blankBefore = !/\S/.test(line.text);
      if (header === null) onLine(line);
      else if (header !== "bare") take(line, header);
    },
    end() {
      beginPending(last + 1);
    },
  };
}

/** The header in a line, `bare` for a prompt without a command, else null. */
function parseHeader(text: string, blankBefore: boolean): Header | "bare" | null {
  if (text.startsWith("==")) return parseFileHeader(text);
  if (text.startsWith("#")) return parseHashHeader(text, blankBefore);
  for (const pattern of PROMPTS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const typed = match[1]?.trim() ?? "";
    if (typed === "") return "bare";
    return looksLikeCommand(typed) ? { command: cleanCommand(typed), path: null, typed } : null;
  }
  return null;
}

function parseFileHeader(text: string): Header | null {
  const file = /^==> (.+) <==$/.exec(text)?.[1];
  if (file !== undefined) {
    const isPath = file.startsWith("/") || (!file.includes(" ") && /[./]/.test(file));
    if (isPath) return { command: null, path: file };
    return file === "standard input" || !looksLikeCommand(file) ? null : { command: cleanCommand(file), path: null };
  }
  const path = /^== (\/\S.*?)(?: ==)?$/.exec(text)?.[1];
  return path === undefined ? null : { command: null, path };
}

function parseHashHeader(text: string, blankBefore: boolean): Header | null {
  const ran = /^## (.+?) -> rc=-?\d+\b(?:.*? err=)?/.exec(text);
  if (ran !== null) {
    const outputFrom = ran[0].endsWith(" err=") ? ran[0].length : Number.MAX_SAFE_INTEGER;
    return { command: cleanCommand(ran[1] ?? ""), path: null, outputFrom };
  }
  const typed = /^# +(\S.*)$/.exec(text)?.[1];
  if (typed === undefined || !blankBefore || !looksLikeRootCommand(typed)) return null;
  return { command: cleanCommand(typed), path: null, typed };
}

/** The shell prints the line that `!!` stood for. */
function isEchoOf(typed: string, text: string): boolean {
  const [before = "", after = ""] = typed.split("!!", 2);
  const echo = text.trim();
  return echo.length > typed.length - 2 && echo.startsWith(before.trim()) && echo.endsWith(after.trim());
}

function endsInBackslash(text: string): boolean {
  return text.trimEnd().endsWith("\\");
}

function partOf(line: Line, from: number): Line {
  const skipped = Buffer.byteLength(line.text.slice(0, from));
  return {
    text: line.text.slice(from),
    number: line.number,
    byteOffset: line.byteOffset + skipped,
    byteLength: line.byteLength - skipped,
  };
}
