/**
 * What the readers of container logs share: whose log it is, messages that were written in parts, and torn lines.
 *
 *     cat /var/log/pods/5ab1e0c4d2f34a6b8c9d0e1f2a3b4c5d/kube-apiserver_0.log        the path names the container
 *     docker logs k8s_etcd_etcd-pi-master_kube-system_d34ee6c889b895d7cbeefc1300292250_1
 *
 * dockerd and containerd cut messages at 16 KiB: all parts but the last lack the line end (moby daemon/logger/copier.go).
 */
import type { PodLogFact } from "../model/fact.ts";
import type { Line, ParseContext, ParseSink } from "../model/source.ts";
import type { Micros } from "../model/time.ts";
import { SECOND } from "../model/time.ts";
import { podOfName } from "./_container.ts";
import { Payload } from "./_payload.ts";
import { parsePodLogPath } from "./_pod-log-path.ts";
import type { Compared } from "./_zone-probe.ts";
import { ZoneProbes } from "./_zone-probe.ts";

/** Characters of a full part of 16 KiB, at the least. */
const SHORTEST_PART = 4096;
const MAX_MESSAGE = 1 << 20;
const MAX_WARNINGS = 20;
/** Options of `docker logs` and `kubectl logs` that take a value of their own. */
const VALUED = /^(?:-n|--namespace|--tail|--since|--until|--since-time|--context|--kubeconfig|-l|--selector)$/;
const LOGS = /^(?:docker|podman|nerdctl|crictl|kubectl|k3s kubectl|k3s crictl)(?: container)? logs\b(.*)/;
const DAEMONS =
  /(?:^|[^a-z])(kubelet|kubectl|kubeadm|containerd|dockerd|k3s|etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kube-proxy|coredns)(?![a-z])/;

/** Of a log of which nothing tells whose it is. */
const UNNAMED = "container";

/** Whose log a text is: told by the section's command or path first, then by the artifact's. */
export class LogOwner {
  /** The container's or daemon's name; `container` when nothing tells. */
  readonly origin: string;
  /** What its zone is remembered by: the name, or the artifact's path when nothing tells it. */
  readonly process: string;
  /** Null when nothing tells it. */
  readonly name: string | null;
  readonly #sink: ParseSink;
  /** Null unless a path or a name of the kubelet tells the pod, and once it is said. */
  #podLog: PodLogFact | null = null;

  constructor(context: ParseContext) {
    this.#sink = context.sink;
    const command = context.command ?? "";
    for (const word of [...command.split(/\s+/), context.artifact]) {
      this.#podLog ??= podLogOf(word.replace(/^['"]|['"]$/g, ""));
    }
    const file = context.artifact.split("/").at(-1) ?? "";
    this.origin = this.#podLog?.container ?? loggedName(command) ?? DAEMONS.exec(file)?.[1] ?? UNNAMED;
    this.name = this.origin === UNNAMED ? null : this.origin;
    this.process = this.name ?? context.artifact;
  }

  /** Says which pod's log this is, at the first line of it: the name alone is not evidence that it was collected. */
  introduce(line: Line): void {
    if (this.#podLog === null) return;
    this.#sink.fact("pod-log", this.#podLog.path, this.#podLog, line);
    this.#podLog = null;
  }
}

function podLogOf(word: string): PodLogFact | null {
  const path = parsePodLogPath(word);
  if (path !== null && path.container !== null) {
    const { pod, namespace, container, containerId } = path;
    const node = word.slice(Math.max(0, word.search(/\/?var\/log\//)));
    const full = node.startsWith("var/") ? `/${node}` : node;
    const uid = path.uid ?? "";
    return { uid, pod, namespace, container, attempt: path.attempt ?? -1, containerId, path: full, collected: true };
  }
  const named = podOfName((word.split("/").at(-1) ?? "").replace(/(?:\.(?:txt|log|err|out))+$/, ""));
  if (named === null) return null;
  const { name: pod, namespace, container, uid, attempt } = named;
  return { uid, pod, namespace, container, attempt, containerId: null, path: word, collected: true };
}

function loggedName(command: string): string | null {
  const words = (LOGS.exec(command)?.[1] ?? "").split(/\s+/).filter((word) => word !== "");
  const chosen = words.findIndex((word) => word === "-c" || word === "--container");
  if (chosen >= 0) return words[chosen + 1] ?? null;
  return words.find((word, index) => !word.startsWith("-") && !VALUED.test(words[index - 1] ?? "")) ?? null;
}

interface Pending {
  first: Line;
  last: Line;
  stated: Micros;
  precision: Micros;
  latest: Micros;
  lastLength: number;
  text: string;
}

/** Joins the parts of messages, one stream apart from the other, and emits what they say under the runtime's time. */
export class ContainerMessages {
  readonly #sink: ParseSink;
  readonly #owner: LogOwner;
  readonly #payload = new Payload();
  readonly #probes = new ZoneProbes("container");
  readonly #writer: Compared;
  readonly #pending = new Map<string, Pending>();

  constructor(sink: ParseSink, owner: LogOwner) {
    this.#sink = sink;
    this.#owner = owner;
    this.#writer = { process: owner.process, pid: 0, base: null };
  }

  /** One entry of the log, in UTC. `complete` tells that the message ends with it. */
  add(stream: string, line: Line, stated: Micros, precision: Micros, text: string, complete: boolean): void {
    const pending = this.#pending.size === 0 ? undefined : this.#pending.get(stream);
    if (pending === undefined) {
      if (complete) this.#emit(line, stated, precision, text);
      else this.#begin(stream, line, stated, precision, text);
      return;
    }
    if (isCutShort(pending, stated)) {
      this.#flush(stream, pending);
      return this.add(stream, line, stated, precision, text, complete);
    }
    pending.text += text;
    pending.last = line;
    pending.latest = stated;
    pending.lastLength = text.length;
    if (complete || pending.text.length > MAX_MESSAGE) this.#flush(stream, pending);
  }

  #begin(stream: string, line: Line, stated: Micros, precision: Micros, text: string): void {
    const lastLength = text.length;
    this.#pending.set(stream, { first: line, last: line, stated, precision, latest: stated, lastLength, text });
  }

  /** A line that the format does not explain. */
  raw(line: Line, text: string): void {
    this.flush();
    const draft = { line, stated: null, clock: "none" as const, precision: 0, level: 6 as const };
    this.#sink.event({ ...draft, origin: this.#owner.origin, text });
  }

  /** The end of the log: emits messages whose end never came, and what the log shows of its process's zone. */
  end(): void {
    this.flush();
    this.#probes.flush(this.#sink);
  }

  /** Emits messages whose end never came. */
  flush(): void {
    for (const [stream, pending] of this.#pending) this.#flush(stream, pending);
  }

  #flush(stream: string, { first, last, stated, precision, text }: Pending): void {
    this.#pending.delete(stream);
    const byteLength = last.byteOffset + last.byteLength - first.byteOffset;
    this.#emit(first === last ? first : { ...first, byteLength }, stated, precision, text);
  }

  #emit(line: Line, stated: Micros, precision: Micros, message: string): void {
    const payload = this.#payload;
    payload.read(message, 0);
    const { level, text } = payload;
    const { origin } = this.#owner;
    if (payload.clock === "local-no-year") {
      this.#writer.pid = payload.pid;
      this.#probes.add(this.#writer, payload.stated, payload.clock, stated, line);
    }
    this.#sink.event({ line, stated, clock: "utc", precision, level: level ?? 6, origin, text });
  }
}

/** A short part is the last word of a process that ended, not the beginning of the next one's message. */
function isCutShort(pending: Pending, next: Micros): boolean {
  return pending.lastLength < SHORTEST_PART && Math.abs(next - pending.latest) > SECOND;
}

/** Warnings about lines that were not written whole: the first ones, then their number. */
export class TornLines {
  readonly #sink: ParseSink;
  #count = 0;
  #last = 0;

  constructor(sink: ParseSink) {
    this.#sink = sink;
  }

  add(line: Line, detail: string): void {
    this.#count++;
    this.#last = line.number;
    if (this.#count <= MAX_WARNINGS) this.#sink.warning(line.number, `torn write: ${detail}`);
  }

  end(): void {
    if (this.#count > MAX_WARNINGS) this.#sink.warning(this.#last, `torn write: ${this.#count} lines in all`);
  }
}
