/**
 * Log files of docker's json-file driver, one JSON object per line.
 *
 *     {"log":"I1023 04:13:09.997217       1 trace.go:76] Trace[745949868]: …\n","stream":"stderr","time":"2017-10-23T04:13:09.99824922Z"}
 *
 * Defined in moby daemon/logger/jsonfilelog/jsonlog. A message longer than 16 KiB is several objects, of which only the
 * last one's `log` ends with a line end. After a power cut a file may hold runs of NUL bytes and half lines.
 */
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { ContainerMessages, LogOwner, TornLines } from "./_container-log.ts";
import { Stamp } from "./_stamp.ts";

const ID = "docker-json-log";
const OPEN = '{"log":"';
const TIME = '","time":"';
const STDERR = '","stream":"stderr';
const STDOUT = '","stream":"stdout';
const BACKSLASH = 92;
/** What is left of an entry that lost its beginning. */
const TAIL_TIME = /"time":"(\d{4}-[^"]{10,30})"\}$/;

class DockerJsonReader implements LineReader {
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
    const printable = text.includes("\0") ? text.replaceAll("\0", "").trim() : text;
    if (printable.length < text.length) {
      this.#torn.add(line, `${text.length - printable.length} NUL bytes`);
      if (printable === "" || !this.#entry(line, printable)) this.#messages.raw(line, printable || "(NUL bytes)");
    } else if (text.trim() !== "") {
      this.#unread(line);
    }
  }

  end(): void {
    this.#messages.end();
    this.#torn.end();
  }

  #entry(line: Line, text: string): boolean {
    return text.startsWith("{") && (this.#fast(line, text) || this.#slow(line, text));
  }

  /** Takes an entry in docker's own order of keys apart without parsing all of it. */
  #fast(line: Line, text: string): boolean {
    const time = text.lastIndexOf(TIME);
    const bodyEnd = time - STDERR.length;
    if (bodyEnd < OPEN.length || !text.startsWith(OPEN) || !text.endsWith('"}')) return false;
    const isError = text.startsWith(STDERR, bodyEnd);
    if (!isError && !text.startsWith(STDOUT, bodyEnd)) return false;
    const stamp = this.#stamp;
    if (!stamp.readIso(text, time + TIME.length) || stamp.clock !== "utc" || stamp.end !== text.length - 2)
      return false;
    const complete = endsLine(text, bodyEnd);
    const body = unescape(text.slice(OPEN.length, complete ? bodyEnd - 2 : bodyEnd));
    if (body === null) return false;
    this.#add(line, isError ? "stderr" : "stdout", body, complete);
    return true;
  }

  #slow(line: Line, text: string): boolean {
    const entry = parseEntry(text);
    if (entry === null || !this.#stamp.readIso(entry.time, 0) || this.#stamp.clock !== "utc") return false;
    const complete = entry.log.endsWith("\n");
    this.#add(line, entry.stream, complete ? entry.log.slice(0, -1) : entry.log, complete);
    return true;
  }

  #add(line: Line, stream: string, body: string, complete: boolean): void {
    this.#owner.introduce(line);
    const text = body.endsWith("\r") ? body.slice(0, -1) : body;
    this.#messages.add(stream, line, this.#stamp.stated, this.#stamp.precision, text, complete);
  }

  #unread(line: Line): void {
    const { text } = line;
    if (!/^\{|"stream":"|"time":"/.test(text)) return this.#messages.raw(line, text);
    this.#torn.add(line, "half a line");
    const time: string | undefined = TAIL_TIME.exec(text)?.[1];
    if (time === undefined || !this.#stamp.readIso(time, 0)) return this.#messages.raw(line, text);
    this.#messages.flush();
    const { stated, precision } = this.#stamp;
    this.#messages.add("torn", line, stated, precision, text, true);
  }
}

/** True when the JSON string that ends at `end` ends with an escaped line end. */
function endsLine(text: string, end: number): boolean {
  if (!text.startsWith("\\n", end - 2)) return false;
  let backslashes = 1;
  while (text.charCodeAt(end - 2 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** The text of a JSON string's inside; null when it is no such inside. */
function unescape(body: string): string | null {
  if (!body.includes("\\")) return body.includes('"') ? null : body;
  try {
    return JSON.parse(`"${body}"`) as string;
  } catch {
    return null;
  }
}

function parseEntry(text: string): { log: string; stream: string; time: string } | null {
  try {
    const { log, stream, time } = JSON.parse(text) as Record<string, unknown>;
    if (typeof log !== "string" || typeof time !== "string") return null;
    return { log, stream: typeof stream === "string" ? stream : "stdout", time };
  } catch {
    return null;
  }
}

function sniff(head: string[]): number {
  const lines = head.filter((line) => line.trim() !== "");
  const read = lines.filter((line) => /^\0*\{"log":"/.test(line)).length;
  if (read === 0) return 0;
  return read / lines.length < 0.3 ? 0.4 : 0.6 + 0.39 * (read / lines.length);
}

const SEED = String.raw`{"log":"I1023 04:13:09.997217       1 trace.go:76] Trace[745949868]: \"GuaranteedUpdate etcd3: *api.Node\" (started: 2017-10-23 04:13:09.329786766 +0000 UTC) (total time: 659.869359ms):\n","stream":"stderr","time":"2017-10-23T04:13:09.99824922Z"}`;

const parser: SourceParser = {
  id: ID,
  title: "Container log (docker json-file)",
  kinds: ["docker-json-log", "json-file-log"],
  path: /-json\.log(?:\.\d+)?$/,
  sniff,
  open: (context) => new DockerJsonReader(context),
  samples: [
    {
      name: "a pod's log in the old layout",
      path: "pods/var/log/pods/5ab1e0c4d2f34a6b8c9d0e1f2a3b4c5d/kube-apiserver_0.log",
      lines: [
        SEED,
        String.raw`{"log":"Trace[745949868]: [650.270324ms] [649.75251ms] Transaction prepared\n","stream":"stderr","time":"2017-10-23T04:13:09.998615002Z"}`,
      ],
      events: 2,
      facts: 2,
      firstStated: "2017-10-23T04:13:09.998249",
    },
    {
      name: "a link of /var/log/containers named by a section",
      command:
        "cat /var/log/containers/etcd-pi-master_kube-system_etcd-2e480ae3fa797999bf4685ce1df6c5b65f0938e4dc8e67b174becc5806539f71.log",
      lines: [
        String.raw`{"log":"2026-03-02 11:46:51.869754 N | etcdserver/membership: set the initial cluster version to 3.4\n","stream":"stderr","time":"2026-03-02T11:46:51.95385948Z"}`,
      ],
      events: 1,
      facts: 1,
      firstStated: "2026-03-02T11:46:51.953859",
    },
    {
      name: "parts, other key orders and attributes",
      lines: [
        String.raw`{"log":"first part, ","stream":"stdout","time":"2026-03-02T11:46:51.1Z"}`,
        String.raw`{"log":"meanwhile on stderr\n","stream":"stderr","time":"2026-03-02T11:46:51.15Z"}`,
        String.raw`{"log":"second part\n","stream":"stdout","time":"2026-03-02T11:46:51.2Z"}`,
        String.raw`{"log":"with \\n not at the end: \\n","stream":"stdout","time":"2026-03-02T11:46:52Z"}`,
        String.raw`{"log":"with a tag\n","stream":"stdout","attrs":{"tag":"web"},"time":"2026-03-02T11:46:55.000000001Z"}`,
      ],
      events: 4,
      facts: 0,
      firstStated: "2026-03-02T11:46:51.150000",
    },
    {
      name: "torn by a power cut",
      lines: [
        String.raw`08-30T14:00:00 half of a line\n","stream":"stderr","time":"2026-03-02T05:44:50.1Z"}`,
        SEED,
        "\0".repeat(64) + SEED,
        String.raw`{"log":"cut in the mid`,
        "\0".repeat(32),
        "",
      ],
      events: 5,
      facts: 1,
      warnings: 4,
      firstStated: "2026-03-02T05:44:50.100000",
    },
    {
      name: "saved from a terminal, prompt included",
      lines: ["$ sudo tail /var/log/pods/5ab1e0c4d2f34a6b8c9d0e1f2a3b4c5d/kube-apiserver_0.log", SEED],
      events: 2,
      facts: 1,
    },
  ],
};

export default parser;
