/**
 * `kubectl describe pod` and `kubectl describe node` (kubectl pkg/describe/describe.go), one or several after the other.
 * Every line is kept as text; the containers with their last end, and what a node says of itself, become facts.
 *
 *     Name:             shop-0
 *     Namespace:        default
 *     Containers:
 *       web:
 *         Container ID:   containerd://3b0f6a1c9d22…
 *         State:          Waiting
 *           Reason:       CrashLoopBackOff
 *         Last State:     Terminated
 *           Exit Code:    137
 *           Finished:     Mon, 02 Mar 2026 11:46:50 +0100
 */
import type { ContainerFact, NodeFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { wholeNumber } from "./_number.ts";
import { bounded } from "./_bounded.ts";
import { emptyContainer } from "./_container.ts";
import { monthOf } from "./_time.ts";
import text from "./text.ts";

const NAME = /^Name: {2,}(\S+)$/;
const FIELD = /^( *)([A-Z][\w ()-]*?): {2,}(\S.*)$/;
const CONTAINER = /^ {2}([a-z0-9][a-z0-9.-]*):$/;
const LIST = /^(?:Init |Ephemeral )?Containers:$/;
const TIME = /^[A-Z][a-z]{2}, (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)$/;
/** `containerd://3b0f…`, `docker://3b0f…`. */
const ID = /^[\w-]+:\/\/([0-9a-f]{12,64})$/;

/** `Mon, 02 Mar 2026 11:46:50 +0100` as ISO. */
function iso(said: string | undefined): string | null {
  const [, day, name = "", year, clock, hours, minutes] = TIME.exec(said ?? "") ?? [];
  const month = monthOf(name);
  return day === undefined || month === 0
    ? null
    : `${year}-${String(month).padStart(2, "0")}-${day}T${clock}${hours}:${minutes}`;
}

/** One container's fields by name; those below a state carry its name: `State/Reason`, `Last State/Exit Code`. */
interface Described {
  name: string;
  line: Line;
  fields: Map<string, string>;
}

/** A container that waits has ended before: its last state is that of the container whose id is given. */
function containerOf({ name, fields }: Described, pod: { name: string; namespace: string }): ContainerFact | null {
  const id = ID.exec(fields.get("Container ID") ?? "")?.[1];
  const word = fields.get("State");
  if (id === undefined || word === undefined) return null;
  const from = word === "Waiting" ? "Last State" : "State";
  const of = (field: string): string | undefined => fields.get(`${from}/${field}`);
  const reason = fields.get("State/Reason");
  const code = of("Exit Code");
  const count = wholeNumber(fields.get("Restart Count"));
  return {
    ...emptyContainer(id),
    name,
    image: fields.get("Image") ?? null,
    state: word === "Running" ? "running" : "exited",
    status: reason === undefined ? word : `${word} (${reason})`,
    exitCode: word === "Running" ? null : wholeNumber(code),
    startedAt: iso(of("Started")),
    finishedAt: word === "Running" ? null : iso(of("Finished")),
    error: of("Message") ?? null,
    oomKilled: of("Reason") === "OOMKilled" ? true : null,
    restartCount: count,
    pod: { ...pod, uid: "", container: name, attempt: count ?? 0, sandbox: false },
  };
}

const OF_NODE: Record<string, (value: string) => Partial<NodeFact>> = {
  "OS Image": (os) => ({ os }),
  "Kernel Version": (kernel) => ({ kernel }),
  "Container Runtime Version": (value) => ({ runtime: value.replace("://", " ") }),
  "Kubelet Version": (kubernetes) => ({ kubernetes }),
};

class Describe implements LineReader {
  readonly #context: ParseContext;
  readonly #text: LineReader;
  #pod = { name: "", namespace: "" };
  #inContainers = false;
  #container: Described | null = null;
  /** The state whose reasons and times the deeper lines tell. */
  #state = "";
  #node: NodeFact | null = null;
  #nodeLine: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#text = text.open(context);
  }

  line(line: Line): void {
    this.#text.line(line);
    const said = line.text.trimEnd();
    const name = NAME.exec(said)?.[1];
    const container = this.#inContainers ? CONTAINER.exec(said)?.[1] : undefined;
    if (name !== undefined) {
      this.#flush();
      this.#pod = { name, namespace: "" };
      this.#inContainers = false;
    } else if (LIST.test(said)) {
      this.#flush();
      this.#inContainers = true;
    } else if (container !== undefined) {
      this.#flush();
      this.#container = { name: container, line, fields: new Map() };
    } else if (/^\S/.test(said) && !FIELD.test(said)) {
      this.#flush();
      this.#inContainers = false;
    } else this.#field(said, line);
  }

  #field(said: string, line: Line): void {
    const [, indent = "", field = "", value = ""] = FIELD.exec(said) ?? [];
    if (field === "") return;
    const ofNode = OF_NODE[field];
    if (indent === "" && field === "Namespace") this.#pod.namespace = value;
    else if (this.#container && indent.length >= 4 && indent.length <= 6) {
      const { fields } = this.#container;
      if (indent.length === 4) this.#state = field.endsWith("State") ? field : "";
      const key = indent.length === 4 ? field : `${this.#state}/${field}`;
      if (fields.size < 100) fields.set(key, value);
    } else if (ofNode && this.#pod.namespace === "") {
      this.#node ??= { host: this.#pod.name, model: null, os: null, kernel: null, runtime: null, kubernetes: null };
      this.#nodeLine ??= line;
      Object.assign(this.#node, ofNode(value));
    }
  }

  #flush(): void {
    const { sink } = this.#context;
    const fact = this.#container && containerOf(this.#container, this.#pod);
    if (fact && this.#container) sink.fact("container", fact.id, fact, this.#container.line);
    if (this.#node && this.#nodeLine) sink.fact("node", this.#node.host ?? "", this.#node, this.#nodeLine);
    this.#container = null;
    this.#node = null;
    this.#nodeLine = null;
    this.#state = "";
  }

  end(): void {
    this.#flush();
    this.#text.end();
  }
}

const source: SourceParser = {
  id: "kubectl-describe",
  title: "kubectl describe of pods and nodes",
  kinds: [],
  command: /^(?:k3s |microk8s )?kubectl (?:.* )?describe\b/,
  sniff: (head) => {
    const named = head.some((line) => NAME.test(line.trimEnd()));
    return named && head.some((line) => /^(?:Namespace|Roles): {2,}\S/.test(line)) ? 0.9 : 0;
  },
  open: (context) => new Describe(context),
  samples: [
    {
      name: "a pod whose container was killed for its memory",
      command: "kubectl describe pod shop-0",
      lines: [
        "Name:             shop-0",
        "Namespace:        default",
        "Node:             n7/10.9.8.7",
        "Containers:",
        "  web:",
        "    Container ID:   containerd://3b0f6a1c9d22",
        "    Image:          shop:1.4",
        "    State:          Waiting",
        "      Reason:       CrashLoopBackOff",
        "    Last State:     Terminated",
        "      Reason:       OOMKilled",
        "      Exit Code:    137",
        "      Started:      Mon, 02 Mar 2026 11:46:20 +0100",
        "      Finished:     Mon, 02 Mar 2026 11:46:50 +0100",
        "    Restart Count:  12",
        "  sidecar:",
        "    Container ID:   containerd://4b0f6a1c9d22",
        "    State:          Running",
        "      Started:      Mon, 02 Mar 2026 11:40:20 +0100",
        "Conditions:",
        "  Type              Status",
        "  Ready             False ",
      ],
      events: 22,
      facts: 2,
    },
    {
      name: "a node",
      command: "kubectl describe node n7",
      lines: [
        "Name:               n7",
        "Roles:              control-plane",
        "Conditions:",
        "  DiskPressure     True    Mon, 02 Mar 2026 11:46:20 +0100   KubeletHasDiskPressure   kubelet has disk pressure",
        "System Info:",
        "  Kernel Version:             6.1.21-v8+",
        "  OS Image:                   Debian GNU/Linux 12 (bookworm)",
        "  Container Runtime Version:  containerd://1.7.2",
        "  Kubelet Version:            v1.28.1",
      ],
      events: 9,
      facts: 1,
    },
  ],
};

export default bounded(source);
