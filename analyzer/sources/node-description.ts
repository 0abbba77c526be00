/**
 * What a node is, from the commands that say it: uname -a, /etc/os-release, hostname, hostnamectl, docker version and
 * docker info (docker/cli cli/command/system/), crictl version, kubelet --version, the board's name in /proc/device-tree/model. One
 * text may hold several; each thing is kept as it was said first.
 *
 *     Linux berry 6.1.21-v8+ #1642 SMP PREEMPT Mon Apr  3 17:24:16 BST 2023 aarch64 GNU/Linux
 *     PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
 *      Server Version: 20.10.24
 *
 * The kernel's command line and docker's warnings are kept as events without a time.
 */
import type { NodeFact } from "../model/fact.ts";
import type { Level, Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { pathOfContext, pathOfHeader } from "./_context-path.ts";
import { emitForeign } from "./_path-error.ts";

/** What a line says; the first group is the value. Strong ones tell the format. */
const SAID: readonly [RegExp, (value: string) => Partial<NodeFact>][] = [
  [/^Linux (\S+ \S+) #/, (value) => ({ host: value.split(" ")[0] ?? null, kernel: value.split(" ")[1] ?? null })],
  [/^PRETTY_NAME="?([^"]+?)"?$/, (os) => ({ os })],
  [/^ *Server Version: (\S+)/, (version) => ({ runtime: `docker ${version}` })],
  [/^Docker version (\S+?),? build/, (version) => ({ runtime: `docker ${version}` })],
  [/^containerd (?:github\.com\/)?containerd\/containerd v?(\S+)/, (version) => ({ runtime: `containerd ${version}` })],
  [/^(?:Kubernetes|k3s version|rke2 version) (v\d+\.\d+\S*)/, (kubernetes) => ({ kubernetes })],
  [/^ *Kernel Version: (\S+)$/, (kernel) => ({ kernel })],
  [/^ *Operating System: (\S.*)$/, (os) => ({ os })],
  [/^ Name: (\S+)$/, (host) => ({ host })],
  [/^ *Static hostname: (\S+)$/, (host) => ({ host })],
  [/^ *Kernel: Linux (\S+)$/, (kernel) => ({ kernel })],
  [/^ *Hardware Model: (\S.*)$/, (model) => ({ model })],
  [/^((?:Raspberry Pi|Orange Pi|ODROID|Pine64|Radxa|NVIDIA Jetson|BeagleBone)\b.*?)\0*$/, (model) => ({ model })],
  [/^Model\s+: (\S.*)$/, (model) => ({ model })],
];

const STRONG =
  /^(?:Linux \S+ \S+ #|PRETTY_NAME=| *Server Version: |Docker version \S+, build|containerd (?:github|con)|RuntimeVersion: +v?\d|(?:Kubernetes|k3s version|rke2 version) v\d| *Static hostname: |Raspberry Pi \d)/;
const CLIENT = /^Client(?::|:? Docker Engine.*:)\s*$/;
const COMMAND_LINE = /(?:^|\s)(?:root|console|cgroup_\w+|BOOT_IMAGE)=\S+/;
/** Rows of docker info that tell of a trouble: a filesystem that no layers can lie on, a pool without room. */
const TROUBLE =
  /^ +(Backing Filesystem: (?:nfs|fuse|fuseblk|msdos|vfat|exfat|ntfs|cifs|smb\w*|<unknown>)|Supports d_type: false|(?:Metadata|Data) Space Available: 0 ?B)$/;
/** docker info: why this manager of a swarm does not run. */
const SWARM_ERROR = /^ +Error: (manager stopped: .*)$/;
const WARNING = /^(WARNING|ERROR): (.*)$/;
/** Settings of os-release, fields and lists of docker info and version, and of hostnamectl. */
const BESIDE = /^(?:[A-Z][A-Z_]+=.*|\s*[\w./-][\w ./()-]*:(?: .*|)|\s+[\w.:/-]+(?:\/\d+)?|Server:.*)$/;

const EMPTY: NodeFact = { host: null, model: null, os: null, kernel: null, runtime: null, kubernetes: null };

class Description implements LineReader {
  readonly #context: ParseContext;
  #path: string;
  #fact: NodeFact = { ...EMPTY };
  #line: Line | null = null;
  /** Which half of `docker version` the lines belong to; a version of the client says nothing of the node. */
  #half: "client" | "engine" | "other" = "other";
  /** `RuntimeName` of `crictl version`. */
  #cri = "containerd";

  constructor(context: ParseContext) {
    this.#context = context;
    this.#path = pathOfContext(context);
  }

  line(line: Line): void {
    const text = line.text.trimEnd();
    const header = pathOfHeader(text);
    if (header !== null) this.#path = header;
    else if (this.#named(text, line) || this.#version(text, line) || this.#said(text, line)) return;
    else if (WARNING.test(text)) this.#warned(text, line);
    else if (TROUBLE.test(text)) this.#event(line, 4, "docker", text.trim());
    else if (SWARM_ERROR.test(text)) this.#event(line, 3, "docker", SWARM_ERROR.exec(text)?.[1] ?? text);
    else if (COMMAND_LINE.test(text)) this.#event(line, 6, "cmdline", text);
    else if (!BESIDE.test(text)) emitForeign(line, this.#context.sink, "a description of a node");
  }

  /** A file or command whose whole output is one value. */
  #named(text: string, line: Line): boolean {
    const single = /^[\w.-]+$/.test(text);
    if (single && (/(?:^|\/)etc\/hostname$/.test(this.#path) || /^hostname\b/.test(this.#context.command ?? ""))) {
      this.#know({ host: text }, line);
      return true;
    }
    if (!/\/(?:device-tree|devicetree\/base)\/model$/.test(this.#path)) return false;
    this.#know({ model: text.replaceAll("\0", "") }, line);
    return true;
  }

  #version(text: string, line: Line): boolean {
    const [, field, said] = /^Runtime(Name|Version): +(\S+)$/.exec(text) ?? [];
    if (field === "Name") this.#cri = said ?? this.#cri;
    else if (field === "Version") this.#know({ runtime: `${this.#cri} ${said?.replace(/^v/, "")}` }, line);
    if (field !== undefined) return true;
    if (CLIENT.test(text)) this.#half = "client";
    else if (text.startsWith("Server:")) this.#half = "engine";
    else if (/^ containerd:$/.test(text)) this.#half = "other";
    const version = /^ {1,2}Version: +(\S+)$/.exec(text)?.[1];
    if (version === undefined || this.#half !== "engine") return version !== undefined;
    this.#know({ runtime: `docker ${version}` }, line);
    return true;
  }

  #said(text: string, line: Line): boolean {
    for (const [pattern, read] of SAID) {
      const value = pattern.exec(text)?.[1];
      if (value === undefined) continue;
      this.#know(read(value), line);
      return true;
    }
    return false;
  }

  #know(known: Partial<NodeFact>, line: Line): void {
    this.#line ??= line;
    for (const [key, value] of Object.entries(known)) this.#fact[key as keyof NodeFact] ??= value;
  }

  #warned(text: string, line: Line): void {
    const [, kind, message = ""] = WARNING.exec(text) ?? [];
    this.#event(line, kind === "ERROR" ? 3 : 4, "docker", message);
  }

  #event(line: Line, level: Level, origin: string, text: string): void {
    this.#context.sink.event({ line, stated: null, clock: "none", precision: 0, level, origin, text });
  }

  end(): void {
    if (this.#line) this.#context.sink.fact("node", this.#fact.host ?? "", this.#fact, this.#line);
    this.#line = null;
    this.#fact = { ...EMPTY };
  }
}

const source: SourceParser = {
  id: "node-description",
  title: "the node (uname, os-release, docker version, docker info, crictl version)",
  kinds: ["uname", "os-release", "docker-version", "docker-info", "crictl-version"],
  command:
    /^(?:uname|hostname|hostnamectl|(?:k3s )?crictl(?: --timeout \S+)? version|docker (?:version|info|--version|-v)|kubelet --version|(?:k3s|rke2|containerd|dockerd) --version)\b|^cat .*(?:\/os-release|\/etc\/hostname|\/proc\/cmdline|\/device-tree\/model)/,
  path: /(?:^|\/)(?:etc\/(?:os-release|hostname)|usr\/lib\/os-release|proc\/cmdline|device-tree\/model)$/,
  sniff: (head) => {
    if (head.some((text) => STRONG.test(text)) && head.every((text) => !/^\s*[{[]/.test(text))) return 0.85;
    return head.some((text) => CLIENT.test(text)) &&
      head.some((text) => /^ +(?:API version|Context|Debug Mode): /.test(text))
      ? 0.85
      : 0;
  },
  open: (context) => new Description(context),
  samples: [
    {
      name: "uname, os-release and the kernel's command line",
      command: "uname -a; cat /etc/os-release; cat /proc/cmdline",
      lines: [
        "Linux berry 6.1.21-v8+ #1642 SMP PREEMPT Mon Apr  3 17:24:16 BST 2023 aarch64 GNU/Linux",
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
        'NAME="Debian GNU/Linux"',
        "ID=debian",
        "console=serial0,115200 root=PARTUUID=0011-02 rootfstype=ext4 fsck.repair=yes rootwait cgroup_disable=memory",
      ],
      events: 1,
      facts: 1,
    },
    {
      name: "docker version",
      command: "docker version",
      lines: [
        "Client:",
        " Version:           23.0.1",
        " API version:       1.41",
        "",
        "Server:",
        " Engine:",
        "  Version:          20.10.24+dfsg1",
        " containerd:",
        "  Version:          1.6.20~ds1",
      ],
      events: 0,
      facts: 1,
    },
    {
      name: "docker info with a warning, and a stray line",
      lines: [
        "Client:",
        " Debug Mode: false",
        "Server:",
        " Server Version: 20.10.24",
        " Runtimes: runc io.containerd.runc.v2",
        " Kernel Version: 6.1.21-v8+",
        " Name: berry",
        "  127.0.0.0/8",
        "WARNING: No memory limit support",
        "what, is this?",
      ],
      events: 2,
      facts: 1,
      warnings: 1,
    },
    {
      name: "crictl version",
      command: "crictl version",
      lines: ["Version:  0.1.0", "RuntimeName:  containerd", "RuntimeVersion:  v1.7.11-k3s2", "RuntimeApiVersion:  v1"],
      events: 0,
      facts: 1,
    },
    { name: "a host's name", command: "hostname", lines: ["berry"], events: 0, facts: 1 },
  ],
};

export default bounded(source);
