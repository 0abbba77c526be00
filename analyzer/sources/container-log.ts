/**
 * What `docker logs`, `kubectl logs` and `crictl logs` print, and log files that processes write themselves: lines with
 * a time of their own and no header of a journal.
 *
 *     2026-03-02T05:44:32.070633760Z W0302 05:44:32.069380       1 controllermanager.go:546] Skipping "service"
 *     E0329 13:07:24.125847    1061 kubelet_node_status.go:92] "Unable to register node with API server" err="Post …"
 *     2022-02-11 19:18:53.146 [INFO][1] main.go 87: Loaded configuration from environment
 *
 * The first is `docker logs --timestamps` (moby cli container/logs.go); the forms of the others are in `_payload.ts`.
 * Between them lie lines without a time: stacks, continuations, and errors of the client.
 */
import type { Line, LineReader, ParseContext, ParseSink, SourceParser } from "../model/source.ts";
import { LogOwner } from "./_container-log.ts";
import { JournalHeader } from "./_journal-header.ts";
import { klogProcess } from "./_klog-process.ts";
import { Payload, impliedLevel } from "./_payload.ts";
import { SPACE, Stamp, isDigit } from "./_stamp.ts";
import type { Compared } from "./_zone-probe.ts";
import { ZoneProbes } from "./_zone-probe.ts";

const ID = "container-log";
/** Lines of other sources that begin with a time as well: CRI, dmesg, `docker events`, a bare time. */
const FOREIGN =
  /^\S+ std(?:out|err) [FP](?:[ :]|$)|^\d{4}-\d\d-\d\dT[\d:]+,\d{6}[+-]|^\S+ (?:container|image|network|volume|plugin|daemon) \w+(?::.*)? \S+ \(|^\d{4}-\d\d-\d\d[T ]\d[^\s]*$/;

class ContainerReader implements LineReader {
  readonly #sink: ParseSink;
  readonly #owner: LogOwner;
  readonly #payload = new Payload();
  readonly #stamp = new Stamp();
  readonly #probes = new ZoneProbes("container");
  /** By the last line of klog: lines in other forms between them are the same program's. */
  #process: string | null;
  readonly #artifact: string;
  readonly #writer: Compared;

  constructor(context: ParseContext) {
    this.#sink = context.sink;
    this.#owner = new LogOwner(context);
    this.#artifact = context.artifact;
    this.#process = this.#owner.process;
    this.#writer = { process: this.#owner.process, pid: 0, base: null };
  }

  line(line: Line): void {
    const { text } = line;
    const payload = this.#payload;
    let time: Stamp | Payload = payload;
    if (this.#isStamped(text)) {
      payload.read(text, this.#stamp.end + 1);
      if (payload.level === null && payload.clock === "none" && payload.text.trim() !== "") payload.read(text, 0);
      time = this.#stamp;
      if (payload.clock === "local-no-year") {
        this.#writer.pid = payload.pid;
        this.#probes.add(this.#writer, payload.stated, payload.clock, time.stated, line);
      }
    } else {
      if (text.trim() === "") return;
      payload.read(text, 0);
      if (payload.pid > 0) this.#process = klogProcess(payload, this.#owner.name, this.#artifact);
    }
    const isTimed = time.clock !== "none";
    if (isTimed) this.#owner.introduce(line);
    this.#sink.event({
      line,
      stated: isTimed ? time.stated : null,
      clock: time.clock,
      precision: isTimed ? time.precision : 0,
      process: time.clock === "utc" ? null : this.#process,
      level: payload.level ?? impliedLevel(text),
      origin: this.#owner.origin,
      text: payload.text,
    });
  }

  end(): void {
    this.#probes.flush(this.#sink);
  }

  /** True for a line that begins with the runtime's own time. */
  #isStamped(text: string): boolean {
    const stamp = this.#stamp;
    if (!isDigit(text.charCodeAt(0)) || text.charAt(10) !== "T" || !stamp.readIso(text, 0)) return false;
    return stamp.clock === "utc" && (text.charCodeAt(stamp.end) === SPACE || stamp.end === text.length);
  }
}

function sniff(head: string[]): number {
  const lines = head.filter((line) => line.trim() !== "");
  const payload = new Payload();
  const header = new JournalHeader();
  const read = lines.filter((line) => {
    if (FOREIGN.test(line)) return false;
    payload.read(line, 0);
    if (payload.clock === "none" && payload.level === null) return false;
    return !(header.read(line) && header.named) || /^\d{4}-\d\d-\d\dT[\d:]+\.\d{7,9}Z /.test(line);
  }).length;
  if (read === 0) return 0;
  const share = read / lines.length;
  return share < 0.2 ? 2 * share : 0.55 + 0.4 * share;
}

const parser: SourceParser = {
  id: ID,
  title: "Container or daemon log",
  kinds: ["container-log", "docker-logs"],
  command: /^(?:docker|podman|nerdctl|crictl|kubectl|k3s (?:kubectl|crictl))(?: container)? logs\b/,
  path: /(?:^|\/)(?:kubelet|containerd|dockerd|docker|k3s|etcd|kube-[a-z-]+)\.log(?:\.\d+)?$/,
  sniff,
  open: (context) => new ContainerReader(context),
  samples: [
    {
      name: "docker logs --timestamps of a container of the kubelet",
      path: "docker/logs/k8s_kube-controller-manager_kube-controller-manager-pi-master_kube-system_3456cf17d1057cfffaa60b9ccb6eaf2d_1.txt.err",
      lines: [
        '2026-03-02T05:44:32.070633760Z W0302 05:44:32.069380       1 controllermanager.go:546] Skipping "service"',
        "2026-03-02T05:44:32.070633761Z Flag --port has been deprecated, see --secure-port instead.",
        "2026-03-02T05:44:32.070633762Z ",
      ],
      events: 3,
      facts: 2,
      firstStated: "2026-03-02T05:44:32.070633",
    },
    {
      name: "capnslog under docker's time",
      command: "docker logs --timestamps 77ab12cd34ef",
      lines: [
        "2026-03-02T05:42:48.828122210Z 2026-03-02 05:42:48.813585 I | embed: data dir = /var/lib/etcd",
        "2026-03-02T11:46:49.691944240Z [WARNING] Deprecated '--logger=capnslog' flag is set; use '--logger=zap' flag instead",
      ],
      events: 2,
      facts: 0,
      firstStated: "2026-03-02T05:42:48.828122",
    },
    {
      name: "klog alone, a stack between",
      path: "kubelet.log",
      lines: [
        'E0329 13:07:24.125847    1061 kubelet_node_status.go:92] "Unable to register node with API server" err="Post \\"https://127.0.0.1:6443/api/v1/nodes\\": x509: certificate has expired"',
        "goroutine 1 [running]:",
        "",
        'E0329 13:07:24.141600    1061 kubelet.go:2466] "Error getting node" err="node \\"10.11.12.13\\" not found"',
      ],
      events: 3,
      facts: 0,
      firstStated: "1972-03-29T13:07:24.125847",
    },
    {
      name: "logfmt, JSON and a level word",
      lines: [
        'time="2026-03-02T11:46:51Z" level=fatal msg="failed to find memory cgroup"',
        '{"level":"warn","ts":1772451971.8691,"caller":"txn/util.go:94","msg":"apply request took too long","took":"203.1ms"}',
        '2022-02-11 19:18:53.146 [INFO][1] main.go 87: Loaded configuration from environment config=&config.Config{LogLevel:"info"}',
        'level=error caller=main.go:1 ts=2026-03-02T11:46:51.5Z msg="cut in the mid',
      ],
      events: 4,
      facts: 0,
      firstStated: "2026-03-02T11:46:51",
    },
  ],
};

export default parser;
