/**
 * Container logs in the CRI format, as containerd and CRI-O write them below /var/log/pods.
 *
 *     2026-03-02T11:46:11.186143760Z stderr F I0302 11:46:11.186       1 main.go:1] text
 *     2026-03-02T11:46:11.186143760Z stdout P the first 16 KiB of a long message
 *
 * Defined in kubernetes design-proposals node/kubelet-cri-logging.md: time, stream, tags (`F` full, `P` partial), text.
 */
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { ContainerMessages, LogOwner, TornLines } from "./_container-log.ts";
import { Stamp, isDigit } from "./_stamp.ts";

const ID = "cri-log";
const PARTIAL = 80;
const FULL = 70;
const ENTRY = /^\0*\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP](?:[ :]|$)/;

class CriReader implements LineReader {
  readonly #owner: LogOwner;
  readonly #messages: ContainerMessages;
  readonly #torn: TornLines;
  readonly #stamp = new Stamp();

  constructor(context: ParseContext) {
    this.#owner = new LogOwner(context);
    this.#messages = new ContainerMessages(context.sink, this.#owner);
    this.#torn = new TornLines(context.sink);
  }

  line(line: Line): void {
    const { text } = line;
    if (this.#entry(line, text)) return;
    if (text.includes("\0")) {
      const printable = text.replaceAll("\0", "");
      this.#torn.add(line, `${text.length - printable.length} NUL bytes`);
      if (!this.#entry(line, printable)) this.#messages.raw(line, printable || "(NUL bytes)");
    } else if (text.trim() !== "") {
      if (/^\d{4}-\d\d-\d\dT[\d:.]*(?:Z| |$)/.test(text)) this.#torn.add(line, "half a line");
      this.#messages.raw(line, text);
    }
  }

  end(): void {
    this.#messages.end();
    this.#torn.end();
  }

  #entry(line: Line, text: string): boolean {
    const stamp = this.#stamp;
    if (!isDigit(text.charCodeAt(0)) || !stamp.readIso(text, 0) || stamp.clock !== "utc") return false;
    const stream = text.startsWith(" stderr ", stamp.end) ? "stderr" : "stdout";
    if (stream === "stdout" && !text.startsWith(" stdout ", stamp.end)) return false;
    const tag = text.charCodeAt(stamp.end + 8);
    if (tag !== FULL && tag !== PARTIAL) return false;
    const space = text.indexOf(" ", stamp.end + 8);
    this.#owner.introduce(line);
    const message = space < 0 ? "" : text.slice(space + 1);
    this.#messages.add(stream, line, stamp.stated, stamp.precision, message, tag === FULL);
    return true;
  }
}

function sniff(head: string[]): number {
  const lines = head.filter((line) => line.trim() !== "");
  const read = lines.filter((line) => ENTRY.test(line)).length;
  if (read === 0) return 0;
  return read / lines.length < 0.3 ? 0.4 : 0.6 + 0.39 * (read / lines.length);
}

const parser: SourceParser = {
  id: ID,
  title: "Container log (CRI)",
  kinds: ["cri-log"],
  sniff,
  open: (context) => new CriReader(context),
  samples: [
    {
      name: "a pod's log in the new layout",
      path: "var/log/pods/kube-system_etcd-pi_d34ee6c889b895d7cbeefc1300292250/etcd/2.log",
      lines: [
        '2026-03-02T11:46:11.186143760Z stderr F {"level":"warn","ts":"2026-03-02T11:46:11.186Z","caller":"txn/util.go:94","msg":"apply request took too long","took":"203.1ms"}',
        "2026-03-02T11:46:12.186143760Z stdout F text",
      ],
      events: 2,
      facts: 1,
      firstStated: "2026-03-02T11:46:11.186143",
    },
    {
      name: "parts",
      lines: [
        "2026-03-02T12:46:11.186143760+01:00 stdout P first ",
        "2026-03-02T12:46:11.186143761+01:00 stdout P second ",
        "2026-03-02T12:46:11.186143762+01:00 stdout F third",
        "2026-03-02T12:46:11.186143763+01:00 stdout F",
      ],
      events: 2,
      facts: 0,
      firstStated: "2026-03-02T11:46:11.186143",
    },
    {
      name: "torn by a power cut",
      lines: [
        "2026-03-02T11:46:11.186143760Z stderr F whole",
        "\0\0\0\x002026-03-02T11:46:12.186143760Z stderr F after the cut",
        "2026-03-02T11:46:",
        "$ a prompt",
      ],
      events: 4,
      facts: 0,
      warnings: 2,
    },
  ],
};

export default parser;
