/**
 * `systemctl status` of one or more units and `systemctl --failed` or `list-units` (systemd src/systemctl/). The last
 * lines of a unit's journal stand below its status and are read as such: short format, neither year nor zone.
 *
 *     ● docker.service - Docker Application Container Engine
 *          Active: failed (Result: exit-code) since Mon 2026-03-02 11:46:28 UTC; 3min 18s ago
 *        Main PID: 339 (code=exited, status=1/FAILURE)
 *
 *     Mar 02 11:49:40 berry dockerd[339]: failed to start daemon
 */
import type { UnitFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { emitForeign } from "./_path-error.ts";
import { parseIso } from "./_time.ts";
import journalText from "./journal-text.ts";

const SUFFIX = "(?:service|socket|mount|automount|swap|target|timer|path|slice|scope|device)";
const NAME = new RegExp(String.raw`^(?:[●○×↻✗*x] )?([\w@.:\\-]+\.${SUFFIX})(?: - .*)?$`);
const ACTIVE = /^\s*Active: (\S+)(?: \(([^():]+)\))?(?: \(Result: ([^)]+)\))?(?: since (.*?))?(?:;.*|>)?$/;
const RESULT = /^\s*(?:Main PID|Process): .*\((code=\w+, (?:status|signal)=[^)]+)\)/;
const LOG = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /;
const ROW = new RegExp(
  String.raw`^[●○×↻✗*x]?\s*([\w@.:\\-]+\.${SUFFIX})\s+(loaded|not-found|masked|error|bad-setting)\s+(\w[\w-]*)\s+(\w[\w-]*)(?:\s+.*)?$`,
);
/** The other fields of a status, its cgroup tree, and what frames a list. */
const BESIDE =
  /^(?:\s+\S.*|\s*(?:Loaded|Drop-In|TriggeredBy|Triggers|Docs|Tasks|Memory|CPU|CGroup|IO|IP|Status|Invocation|Warning|Hint): .*|\s*UNIT\s+LOAD\s.*|\d+ (?:loaded units|unit files).*|LOAD\s+= .*|ACTIVE = .*|SUB\s+= .*|To show all .*|Legend: .*|Warning: .*|Unit \S+ could not be found\.|lines \d+-\d+.*)$/;

/** What systemctl says of a job, and lines of a unit's journal that lost their header. */
const SAID = new RegExp(String.raw`^(?:Job for |Failed to |A dependency job for |[\w@.:\\-]+\.${SUFFIX}: )`);

class Units implements LineReader {
  readonly #context: ParseContext;
  readonly #journal: LineReader;
  #unit: UnitFact | null = null;
  #line: Line | null = null;
  /** The main process's end, used when systemd gives no result of its own. */
  #ended: string | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#journal = journalText.open(context);
  }

  line(line: Line): void {
    const text = line.text.trimEnd();
    const name = NAME.exec(text)?.[1];
    const row = ROW.exec(text);
    if (name !== undefined) this.#begin(name, line);
    else if (row) this.#row(row, line);
    else if (this.#unit !== null && this.#field(this.#unit, text, line)) return;
    else if (LOG.test(text)) this.#journal.line(line);
    else if (SAID.test(text)) this.#said(text, line);
    else if (!BESIDE.test(text)) emitForeign(line, this.#context.sink, "a status of systemctl");
  }

  #said(text: string, line: Line): void {
    const level = /fail|error/i.test(text) ? 3 : 6;
    this.#context.sink.event({ line, stated: null, clock: "none", precision: 0, level, origin: "systemd", text });
  }

  #begin(unit: string, line: Line): void {
    this.#flush();
    this.#unit = { unit, active: null, sub: null, since: null, result: null };
    this.#line = line;
  }

  #row(row: RegExpExecArray, line: Line): void {
    const [, unit = "", , active = null, sub = null] = row;
    this.#context.sink.fact("unit", unit, { unit, active, sub, since: null, result: null }, line);
  }

  #field(unit: UnitFact, text: string, line: Line): boolean {
    const active = ACTIVE.exec(text);
    const ended = RESULT.exec(text)?.[1];
    if (active) {
      const [, state = null, sub = null, result = null, since = ""] = active;
      const time = parseIso(since.replace(/^[^\d]*/, ""));
      Object.assign(unit, { active: state, sub, result, since: time?.time ?? null });
      this.#line = line;
    } else if (ended !== undefined && (text.includes("Main PID") || this.#ended === null)) this.#ended = ended;
    return active !== null || ended !== undefined;
  }

  #flush(): void {
    const unit = this.#unit;
    if (unit?.active && this.#line) {
      if (unit.result === null && unit.active !== "active") unit.result = this.#ended;
      this.#context.sink.fact("unit", unit.unit, unit, this.#line);
    }
    this.#unit = null;
    this.#ended = null;
  }

  end(): void {
    this.#flush();
    this.#journal.end();
  }
}

const source: SourceParser = {
  id: "unit-status",
  title: "systemctl status and lists of units",
  kinds: ["systemd-failed", "systemd-status"],
  command: /^systemctl\b(?!.* (?:cat|show)\b)/,
  sniff: (head) => {
    if (head.some((text) => NAME.test(text.trimEnd())) && head.some((text) => ACTIVE.test(text))) return 0.95;
    return head.some((text) => /^\s*UNIT\s+LOAD\s+ACTIVE\s+SUB\s/.test(text)) ? 0.95 : 0;
  },
  open: (context) => new Units(context),
  samples: [
    {
      name: "a failed unit with its last lines, and a running one",
      command: "systemctl status docker kubelet",
      lines: [
        "× docker.service - Docker Application Container Engine",
        "     Loaded: loaded (/lib/systemd/system/docker.service; enabled; preset: enabled)",
        "     Active: failed (Result: exit-code) since Mon 2026-03-02 11:46:28 UTC; 3min 18s ago",
        "   Main PID: 339 (code=exited, status=1/FAILURE)",
        "",
        "Mar 02 11:46:28 berry dockerd[339]: failed to start daemon",
        "Mar 02 11:46:28 berry systemd[1]: docker.service: Failed with result 'exit-code'.",
        "",
        "● kubelet.service - kubelet: The Kubernetes Node Agent",
        "   Active: active (running) since Mon 2026-03-02 12:46:28 CET; 1 month left",
        "   CGroup: /system.slice/kubelet.service",
        "           └─310 /usr/bin/kubelet",
      ],
      events: 2,
      facts: 2,
      firstStated: "1972-03-02T11:46:28",
    },
    {
      name: "a list, and a line that is none of it",
      lines: [
        "  UNIT            LOAD   ACTIVE SUB    DESCRIPTION",
        "● docker.service  loaded failed failed Docker Application Container Engine",
        "LOAD   = Reflects whether the unit definition was properly loaded.",
        "1 loaded units listed.",
        "Job for docker.service failed because the control process exited with error code.",
        "what is this",
      ],
      events: 2,
      facts: 1,
      warnings: 1,
    },
  ],
};

export default bounded(source, LOG);
