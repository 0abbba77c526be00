/** The seed incident as an IncidentReport, written by hand: what the analyzer should say about it. */
import type {
  IncidentReport,
  ReportContainer,
  ReportEvidence,
  ReportFinding,
  ReportHistogram,
  ReportRootCause,
  ReportTime,
  ReportTimelineEntry,
} from "../../analyzer/model/report.ts";
import type { TimeBasis } from "../../analyzer/model/words.ts";

export function at(from: string, to = from, basis: TimeBasis = "exact"): ReportTime {
  return { from, to, basis };
}

const LAYER = "74217d05e7d37d111ce00a444c0a4237618a5474a8ca72393feeea664532d30b";
const LOST = "1d2dd8b0acc2ec2c153faf571fd80c27b8ff113ece23a97860a5b049f9d3b183";
const SANDBOX = "7d9ec7433434e66bee7d0458ece2e142e80a5825884cca2f5f17a5f0ca548d2a";
const CONTAINER = "6ef208ad4c36ac7dae20a7f4d1bbd23725027c5505d71a41e2476d6bfc0fa826";
const POD = "c0f77be12d1bf28aaecf7cc373a774b6";
const DIRECTORY = `/var/lib/docker/overlay2/${LAYER}`;
const JOURNAL = "journal/apiserver.txt";
const LISTING = "overlay2/ls-74217d05.txt";
const PS = "docker/ps-a.txt";
const POD_LOG = `pods/${POD}/kube-apiserver_0.log`;

const BROKEN = `Error response from daemon: open ${DIRECTORY}/lower: structure needs cleaning`;
const HEAD = (stamp: string, where: string): string =>
  `Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:57.${stamp}     319 ${where}`;
const JOURNAL_LINES = [
  HEAD(
    "028616",
    "reflector.go:205] k8s.io/kubernetes/pkg/kubelet/config/apiserver.go:47: Failed to list *v1.Pod: Get https://192.168.1.11:6443/api/v1/pods?fieldSelector=spec.nodeName%3Dk1&resourceVersion=0: dial tcp 192.168.1.11:6443: getsockopt: connection refused",
  ),
  HEAD(
    "076083",
    `kuberuntime_manager.go:840] PodSandboxStatus of sandbox "${SANDBOX}" for pod "kube-apiserver-k1_kube-system(${POD})" error: rpc error: code = Unknown desc = ${BROKEN}`,
  ),
  HEAD(
    "076376",
    `generic.go:241] PLEG: Ignoring events for pod kube-apiserver-k1/kube-system: rpc error: code = Unknown desc = ${BROKEN}`,
  ),
  HEAD(
    "236495",
    `kuberuntime_manager.go:840] PodSandboxStatus of sandbox "${SANDBOX}" for pod "kube-apiserver-k1_kube-system(${POD})" error: rpc error: code = Unknown desc = ${BROKEN}`,
  ),
];
function assumed(best: string): ReportTime {
  return { from: "2017-11-04T16:07:57Z", to: "2017-11-05T18:07:57Z", basis: "zone-assumed", best };
}
const JOURNAL_TIMES = ["028616", "076083", "076376", "236495"].map((digits) =>
  assumed(`2017-11-05T06:07:57.${digits}Z`),
);
const LISTING_LINES = [
  `ls: cannot access ${DIRECTORY}/link: Structure needs cleaning`,
  `ls: cannot access ${DIRECTORY}/lower: Structure needs cleaning`,
  "total 32",
  "drwx------  5 root root  4096 Oct 23 04:17 .",
  "drwx------ 95 root root 16384 Nov  1 06:48 ..",
  "drwxr-xr-x  2 root root  4096 Oct 23 04:17 diff",
  "-?????????  ? ?    ?        ?            ? link",
  "-?????????  ? ?    ?        ?            ? lower",
  "drwxr-xr-x  1 root root  4096 Oct 23 04:17 merged",
  "drwx------  3 root root  4096 Oct 23 04:17 work",
];
const PS_LINES = [
  "CONTAINER ID        IMAGE                                                  COMMAND                  CREATED             STATUS                     PORTS               NAMES",
  `6ef208ad4c36        gcr.io/google_containers/kube-apiserver-arm            "kube-apiserver --..."   3 days ago          Exited (255) 3 days ago                        k8s_kube-apiserver_kube-apiserver-k1_kube-system_${POD}_5`,
  '45cee0251e6e        gcr.io/google_containers/k8s-dns-sidecar-arm           "/sidecar --v=2 --..."   9 days ago          Up 9 days                                      k8s_sidecar_kube-dns-66ffd5c588-5gvsc_kube-system_5ef537a4-b67c-11e7-8cb3-b827eb650fdb_1',
];
const POD_LOG_LINES = [
  `{"log":"I1023 04:13:09.997217       1 trace.go:76] Trace[745949868]: \\"GuaranteedUpdate etcd3: *api.Node\\" (started: 2017-10-23 04:13:09.329786766 +0000 UTC) (total time: 659.869359ms):\\n","stream":"stderr","time":"2017-10-23T04:13:09.99824922Z"}`,
  '{"log":"Trace[745949868]: [650.270324ms] [649.75251ms] Transaction prepared\\n","stream":"stderr","time":"2017-10-23T04:13:09.998615002Z"}',
];

function line(artifact: string, lines: string[], number: number, time: ReportTime | null): ReportEvidence {
  const before = lines.slice(Math.max(0, number - 3), number - 1);
  const after = lines.slice(number, number + 2);
  return { artifact, line: number, text: lines[number - 1] ?? "", at: time, before, after };
}

const LAYER_TIME = at("2017-10-23T04:17:00Z", "2017-10-23T04:18:00Z", "year-inferred");
const OVERLAY_TIME = at("2017-11-01T06:48:00Z", "2017-11-01T06:49:00Z", "year-inferred");
const EXIT_TIME = at("2017-11-01T06:38:00Z", "2017-11-02T06:38:00Z", "relative-age");
const KUBELET_WINDOW = assumed("2017-11-05T06:07:57.028616Z");

const linkError = line(LISTING, LISTING_LINES, 1, null);
const lowerError = line(LISTING, LISTING_LINES, 2, null);
const linkRow = line(LISTING, LISTING_LINES, 7, null);
const lowerRow = line(LISTING, LISTING_LINES, 8, null);
const directoryRow = line(LISTING, LISTING_LINES, 4, LAYER_TIME);
const overlayRow = line(LISTING, LISTING_LINES, 5, OVERLAY_TIME);
const refused = line(JOURNAL, JOURNAL_LINES, 1, JOURNAL_TIMES[0] ?? null);
const sandboxError = line(JOURNAL, JOURNAL_LINES, 2, JOURNAL_TIMES[1] ?? null);
const plegIgnores = line(JOURNAL, JOURNAL_LINES, 3, JOURNAL_TIMES[2] ?? null);
const sandboxAgain = line(JOURNAL, JOURNAL_LINES, 4, JOURNAL_TIMES[3] ?? null);
const exited = line(PS, PS_LINES, 2, EXIT_TIME);
const sibling = line(PS, PS_LINES, 3, null);
const lastPodLine = line(POD_LOG, POD_LOG_LINES, 2, at("2017-10-23T04:13:09.998615002Z"));
const kubectl: ReportEvidence = {
  artifact: "client/kubectl-get-nodes.txt",
  line: 2,
  text: "The connection to the server 192.168.1.11:6443 was refused - did you specify the right host or port?",
  at: null,
  before: ["$ kubectl get nodes"],
};
const lostLayer: ReportEvidence = {
  artifact: "docker/logs-6ef208ad4c36.err",
  line: 1,
  text: `Error response from daemon: stat /var/lib/docker/overlay2/${LOST}: no such file or directory`,
  at: null,
};

function finding(
  rule: string,
  values: Partial<ReportFinding> & Pick<ReportFinding, "layer" | "role" | "title" | "summary" | "why" | "evidence">,
): ReportFinding {
  return {
    id: rule,
    rule,
    cause: "filesystem-corruption",
    severity: "major",
    confidence: "certain",
    window: KUBELET_WINDOW,
    active: true,
    count: values.evidence.length,
    counterEvidence: [],
    entities: [],
    remedy: [],
    references: [],
    ...values,
  };
}

const REMEDY: ReportRootCause["remedy"] = [
  {
    text: "Stop writing to the card: stop what restarts containers, then the runtime.",
    command: "sudo systemctl stop kubelet docker",
    risk: "safe",
  },
  {
    text: "Image the card on another machine before anything repairs it. A failing card may not survive a second read.",
    command: "sudo dd if=/dev/mmcblk0 of=k1-card.img bs=4M conv=noerror,sync status=progress",
    risk: "backup",
  },
  {
    text: "Check the filesystem while it is not mounted: best with the card in another machine.",
    command: "sudo e2fsck -f /dev/mmcblk0p2",
    risk: "change",
  },
  {
    text: "Or force the check at the next boot. With systemd, add this to the kernel command line once; older inits look for a file.",
    command: "sudo sed -i '1s/$/ fsck.mode=force fsck.repair=yes/' /boot/cmdline.txt\nsudo touch /forcefsck",
    risk: "change",
  },
  {
    text: "After the boot, see that ext4 is clean and that the layer can be read.",
    command: `sudo dumpe2fs -h /dev/mmcblk0p2 | grep -i -E 'state|error'\nsudo ls -la ${DIRECTORY}/`,
    risk: "safe",
  },
  {
    text: "What e2fsck removed stays broken in docker: remove the container and let the kubelet create it again.",
    command: "sudo docker rm 6ef208ad4c36 && sudo systemctl restart kubelet",
    risk: "change",
  },
];

const findings: ReportFinding[] = [
  finding("overlay2-unreadable-layer", {
    layer: "filesystem",
    role: "cause",
    severity: "critical",
    title: `\`link\` and \`lower\` of layer ${LAYER} cannot be read`,
    summary: `The kernel answers "Structure needs cleaning" (EUCLEAN) for ${DIRECTORY}/link and ${DIRECTORY}/lower, and \`ls\` cannot even tell what they are. ext4 gives this answer when an inode's contents contradict themselves.`,
    why: "Without `lower`, docker does not know which layers make up the container, so it can neither start nor inspect it.",
    window: at("2017-10-23T04:17:00Z", "2017-11-05T06:07:57.236495Z", "year-inferred"),
    evidence: [linkError, lowerError, linkRow, lowerRow, directoryRow],
    entities: [`layer:${LAYER}`, "filesystem:/var/lib/docker"],
    remedy: REMEDY.slice(0, 3),
    references: [
      "https://www.kernel.org/doc/html/latest/filesystems/ext4/",
      "https://man7.org/linux/man-pages/man8/e2fsck.8.html",
    ],
  }),
  finding("kubelet-sandbox-unreadable", {
    layer: "runtime-storage",
    role: "effect",
    title: `Sandbox ${SANDBOX} of kube-apiserver-k1 cannot be inspected`,
    summary: `The kubelet asks docker for the state of sandbox ${SANDBOX}; docker fails to open \`lower\` of layer 74217d05e7d3….`,
    why: "The kubelet restarts a container only when it can read the state of its pod's sandbox.",
    window: assumed("2017-11-05T06:07:57.076083Z"),
    count: 2,
    evidence: [sandboxError, sandboxAgain],
    entities: [`container:${SANDBOX}`, `pod:${POD}`],
  }),
  finding("kubelet-pleg-ignores-pod", {
    layer: "kubelet",
    role: "effect",
    title: "The kubelet ignores the events of kube-apiserver-k1",
    summary:
      "PLEG, the part of the kubelet that notices dead containers, skips the pod as long as its sandbox cannot be inspected.",
    why: "A pod that PLEG ignores is never restarted, whatever its restart policy says.",
    window: JOURNAL_TIMES[2] ?? null,
    evidence: [plegIgnores],
    entities: [`pod:${POD}`],
  }),
  finding("static-pod-down", {
    layer: "apiserver",
    role: "effect",
    title: "Static pod kube-apiserver-k1 stays down",
    summary: "Container 6ef208ad4c36 (attempt 5) exited with code 255 and was not started again.",
    why: "The API server is the only way into the cluster: without it nothing can be asked, changed or scheduled.",
    window: at("2017-11-01T06:38:00Z", "2017-11-05T06:08:00Z", "relative-age"),
    confidence: "likely",
    evidence: [exited],
    counterEvidence: [sibling],
    entities: [`container:${CONTAINER}`, `pod:${POD}`],
  }),
  finding("apiserver-endpoint-refuses", {
    layer: "network",
    role: "symptom",
    title: "192.168.1.11:6443 refuses connections",
    summary: "Nothing listens on the API server's port; the kubelet's own requests fail as well.",
    why: "Refused means that the host answers and the port is closed: the network itself works.",
    window: JOURNAL_TIMES[0] ?? null,
    evidence: [refused],
    entities: ["endpoint:192.168.1.11:6443"],
  }),
  finding("kubectl-connection-refused", {
    layer: "client",
    role: "symptom",
    severity: "minor",
    title: "kubectl cannot reach the server",
    summary: "`kubectl get nodes` ends with: connection refused. It is the last link of the chain, not a cause.",
    why: "It is what people see first, and says nothing about why.",
    window: null,
    active: null,
    evidence: [kubectl],
  }),
  finding("overlay2-missing-layer", {
    layer: "runtime-storage",
    role: "effect",
    title: `Layer ${LOST} of container 6ef208ad4c36 does not exist any more`,
    summary: "`docker logs` fails because the directory of the container's writable layer is gone.",
    why: "The container cannot be started again; it must be removed and created anew.",
    confidence: "likely",
    window: OVERLAY_TIME,
    evidence: [lostLayer, overlayRow],
    entities: [`layer:${LOST}`, `container:${CONTAINER}`],
  }),
  finding("pod-log-of-other-attempt", {
    layer: "workload",
    role: "marker",
    severity: "info",
    title: "The pod log in the bundle belongs to attempt 0, the dead container is attempt 5",
    summary: "It ends on 2017-10-23 04:13:09 UTC. The log of the container that died is not in the bundle.",
    why: "Its last words would tell which of the two readings of exit code 255 is true.",
    window: at("2017-10-23T04:13:09.998615002Z"),
    active: null,
    evidence: [lastPodLine],
    entities: [`pod:${POD}`],
  }),
];

const rootCause: ReportRootCause = {
  cause: "filesystem-corruption",
  title: "The filesystem under /var/lib/docker is corrupted",
  summary:
    "Two files of the API server's sandbox layer cannot be read, so the kubelet cannot bring the API server back.",
  confidence: "certain",
  reasons: [
    "Three programs (ls, cat through docker, and the kubelet) get EUCLEAN for the same two files.",
    "The same layer is named in every kubelet error about the pod.",
    "Nothing in the bundle explains the unreadable files by anything above the filesystem.",
  ],
  finding: "overlay2-unreadable-layer",
  chain: findings.slice(0, 6).map(({ id }) => id),
  narrative: [
    {
      text: `On k1, \`link\` and \`lower\` of layer ${LAYER} cannot be read: the kernel says "Structure needs cleaning".`,
      evidence: [lowerError, linkRow, lowerRow],
    },
    {
      text: "Docker therefore cannot inspect sandbox 7d9ec7433434… of pod kube-apiserver-k1.",
      evidence: [sandboxError],
    },
    { text: `PLEG ignores the pod (uid ${POD}), so the kubelet never starts it again.`, evidence: [plegIgnores] },
    {
      text: "Its container 6ef208ad4c36 ended between ~2017-11-01 06:38 and 11-02 06:38 and stayed down.",
      evidence: [exited],
    },
    { text: "192.168.1.11:6443 refuses connections, and kubectl fails.", evidence: [refused, kubectl] },
  ],
  consequences: ["overlay2-missing-layer"],
  trigger:
    "What corrupted the card is not known: neither a kernel log nor the superblock is in the bundle. The damaged directory dates from 04:17 on Oct 23, four minutes after the last line of the pod log, if the node's zone is UTC: a correlation, not a cause.",
  alternatives: [
    {
      cause: "storage-full",
      title: "The disk is full",
      whyNot: "A full disk gives ENOSPC on writing, not EUCLEAN on reading.",
    },
    {
      cause: "runtime-state-corruption",
      title: "Only docker's state is inconsistent",
      whyNot: "`ls` fails on the same files without docker.",
    },
  ],
  remedy: REMEDY,
  active: true,
};

function entry(
  time: ReportTime | null,
  lane: string,
  severity: ReportTimelineEntry["severity"],
  text: string,
  source: { artifact: string; line: number },
  more: Partial<ReportTimelineEntry> = {},
): ReportTimelineEntry {
  return { at: time, lane, severity, text, artifact: source.artifact, line: source.line, count: 1, ...more };
}

const SLOW = [
  ["2017-10-23T01:18:42.961947Z", "Get /api/v1/namespaces/kube-system took 573 ms"],
  ["2017-10-23T02:42:38.362118Z", "GuaranteedUpdate etcd3: *api.Endpoints took 575 ms"],
  ["2017-10-23T02:42:38.362646Z", "Update endpoints/kube-scheduler took 576 ms"],
  ["2017-10-23T03:12:12.811461Z", "GuaranteedUpdate etcd3: *api.Node took 530 ms"],
  ["2017-10-23T04:13:09.998249Z", "GuaranteedUpdate etcd3: *api.Node took 659 ms"],
] as const;

const timeline: ReportTimelineEntry[] = [
  ...SLOW.map(([time, text], index) =>
    entry(at(time), "kube-apiserver-k1 / attempt 0", "info", text, { artifact: POD_LOG, line: index * 2 + 1 }),
  ),
  entry(
    at("2017-10-23T04:13:09.998615Z"),
    "kube-apiserver-k1 / attempt 0",
    "info",
    "last line of the pod log",
    lastPodLine,
    {
      finding: "pod-log-of-other-attempt",
    },
  ),
  entry(LAYER_TIME, `overlay2/${LAYER}`, "minor", "directory last changed", directoryRow, {
    finding: "overlay2-unreadable-layer",
  }),
  entry(EXIT_TIME, "container 6ef208ad4c36", "major", "Exited (255) 3 days ago: kube-apiserver", exited, {
    finding: "static-pod-down",
  }),
  entry(OVERLAY_TIME, "/var/lib/docker/overlay2", "minor", "a layer was added or removed", overlayRow, {
    finding: "overlay2-missing-layer",
  }),
  entry(JOURNAL_TIMES[0]!, "kubelet", "major", "connection refused by 192.168.1.11:6443", refused, {
    finding: "apiserver-endpoint-refuses",
    count: 41,
  }),
  entry(JOURNAL_TIMES[1]!, "kubelet", "critical", "sandbox 7d9ec7433434…: structure needs cleaning", sandboxError, {
    finding: "kubelet-sandbox-unreadable",
    count: 2,
  }),
  entry(JOURNAL_TIMES[2]!, "kubelet", "major", "PLEG ignores kube-apiserver-k1", plegIgnores, {
    finding: "kubelet-pleg-ignores-pod",
  }),
  entry(JOURNAL_TIMES[3]!, "kubelet", "critical", "sandbox 7d9ec7433434…: structure needs cleaning", sandboxAgain, {
    finding: "kubelet-sandbox-unreadable",
  }),
];

function histogramOf(): ReportHistogram {
  const from = Date.parse("2017-10-23T01:18:42Z");
  const to = Date.parse("2017-11-05T06:07:58Z");
  const bins = 240;
  const width = (to - from) / bins;
  const empty = (): number[] => Array.from({ length: bins }, () => 0);
  const histogram = { error: empty(), warning: empty(), other: empty() };
  for (const { at: time, severity, count } of timeline) {
    const bin = Math.min(bins - 1, Math.floor((Date.parse(time?.best ?? time?.from ?? "") - from) / width));
    const series = severity === "info" ? histogram.other : histogram.error;
    series[bin] = (series[bin] ?? 0) + count;
  }
  return { from: "2017-10-23T01:18:42Z", to: "2017-11-05T06:07:58Z", binUs: width * 1000, ...histogram, unplaced: 3 };
}

const containers: ReportContainer[] = [
  {
    id: CONTAINER,
    name: `k8s_kube-apiserver_kube-apiserver-k1_kube-system_${POD}_5`,
    pod: "kube-system/kube-apiserver-k1",
    image: "gcr.io/google_containers/kube-apiserver-arm",
    state: "exited (255)",
    started: null,
    finished: EXIT_TIME,
    finishedNote:
      "255 has two readings: dockerd came back and found the container gone, or the process itself ended with 255. Siblings that are up for 9 days speak against a restart of dockerd.",
    lastSign: null,
    layers: [LOST, LAYER],
    damaged: true,
  },
  {
    id: "45cee0251e6e",
    name: "k8s_sidecar_kube-dns-66ffd5c588-5gvsc_kube-system_5ef537a4-b67c-11e7-8cb3-b827eb650fdb_1",
    pod: "kube-system/kube-dns-66ffd5c588-5gvsc",
    image: "gcr.io/google_containers/k8s-dns-sidecar-arm",
    state: "running",
    started: at("2017-10-26T06:08:00Z", "2017-10-27T06:08:00Z", "relative-age"),
    finished: null,
    finishedNote: null,
    lastSign: at("2017-11-05T06:08:00Z", "2017-11-05T06:08:00Z", "zone-assumed"),
    layers: [],
    damaged: false,
  },
];

/** A report of the seed incident; each call gives a new object. */
export function seedReport(): IncidentReport {
  return structuredClone({
    schemaVersion: 1,
    tool: { name: "coldcase", version: "0.1.0" },
    conclusion: "cause-found",
    conclusionReasons: ["One root cause explains six of the eight findings."],
    headline: "The filesystem under /var/lib/docker is corrupted, and the API server of k1 cannot come back",
    bundles: [
      {
        name: "k1",
        form: "tar.gz",
        sha256: "9b74c9897bac770ffc029102a200c5de3a5f7c5d0b2a1f0d3a4f9e6b8c1d2e3f",
        collectedAt: at("2017-11-05T06:08:00Z", "2017-11-05T06:08:00Z", "zone-assumed"),
        complete: true,
        redacted: true,
      },
    ],
    node: {
      host: "k1",
      model: "Raspberry Pi 3 Model B",
      os: "HypriotOS (Debian 8)",
      kernel: "4.4.50-hypriotos-v7+",
      runtime: "docker 17.05.0-ce",
      kubernetes: "v1.8.1",
    },
    clock: {
      zone: "UTC",
      zoneBasis: "Assumed: nothing in the bundle names the node's time zone.",
      yearBasis: "2017, from the time of collection; the journal and `ls` do not write a year.",
      boots: [{ id: "unknown", first: null, last: KUBELET_WINDOW, offsetUs: 0, basis: "one boot assumed: no boot id" }],
      steps: [],
      notes: [
        "journal/apiserver.txt has neither year nor zone: placed in 2017, UTC.",
        'docker/ps-a.txt rounds ages: "3 days ago" means 71.5 to 95.5 hours before the collection.',
      ],
    },
    rootCauses: [rootCause],
    findings,
    entities: [
      { id: `layer:${LAYER}`, kind: "layer", key: LAYER, title: "layer 74217d05e7d3" },
      { id: `layer:${LOST}`, kind: "layer", key: LOST, title: "layer 1d2dd8b0acc2" },
      {
        id: "filesystem:/var/lib/docker",
        kind: "filesystem",
        key: "/var/lib/docker",
        title: "filesystem of /var/lib/docker",
      },
      { id: `container:${CONTAINER}`, kind: "container", key: CONTAINER, title: "container 6ef208ad4c36" },
      { id: `container:${SANDBOX}`, kind: "container", key: SANDBOX, title: "sandbox 7d9ec7433434" },
      { id: `pod:${POD}`, kind: "pod", key: POD, title: "pod kube-system/kube-apiserver-k1" },
      { id: "endpoint:192.168.1.11:6443", kind: "endpoint", key: "192.168.1.11:6443", title: "192.168.1.11:6443" },
    ],
    links: [{ from: `container:${CONTAINER}`, to: `layer:${LOST}`, kind: "has-layer", evidence: lostLayer }],
    containers,
    checks: [
      { rule: "storage-full", title: "No filesystem is full", verdict: "unknown", missing: "df" },
      {
        rule: "ext4-superblock-errors",
        title: "The superblock counts no errors",
        verdict: "unknown",
        missing: "dumpe2fs -h or /sys/fs/ext4",
      },
      {
        rule: "kernel-ext4-error",
        title: "The kernel reported no ext4 error",
        verdict: "unknown",
        missing: "a kernel log",
      },
      { rule: "certificate-expired", title: "No component complains about an expired certificate", verdict: "pass" },
      { rule: "kubelet-swap", title: "The kubelet does not refuse to run because of swap", verdict: "pass" },
      { rule: "out-of-memory", title: "No process was killed for lack of memory", verdict: "pass" },
      { rule: "overlay2-unreadable-layer", title: "Every layer can be read", verdict: "fail" },
      { rule: "k3s-datastore", title: "The k3s datastore is whole", verdict: "notApplicable" },
    ],
    coverage: [
      { item: "docker ps -a", status: "truncated", detail: "the table ends with `...`" },
      { item: "journalctl | grep apiserver", status: "ok", detail: "4 lines, filtered by hand" },
      { item: "docker logs 6ef208ad4c36", status: "failed", detail: "no such file or directory" },
      { item: "kernel log", status: "absent", detail: "not in the bundle" },
    ],
    notCollected: [
      {
        item: "kernel log",
        why: "It would show when ext4 first found the damage, and what the card did before.",
        command: "dmesg",
      },
      { item: "superblock", why: "It dates the first and the last error.", command: "sudo dumpe2fs -h /dev/mmcblk0p2" },
      { item: "log of container 6ef208ad4c36", why: "Its last words would tell how it died.", command: null },
    ],
    gaps: [
      {
        artifact: POD_LOG,
        from: at("2017-10-23T04:13:09.998615002Z"),
        to: null,
        kind: "not-collected",
        detail: "The log of attempt 5 is not in the bundle; the one that is ends here.",
      },
      {
        artifact: JOURNAL,
        from: null,
        to: JOURNAL_TIMES[0] ?? null,
        kind: "not-collected",
        detail: "Only an excerpt of the journal was saved.",
      },
    ],
    damage: [],
    warnings: [{ artifact: PS, line: 5, message: "the row ends in the middle" }],
    counts: {
      events: 14,
      facts: 31,
      artifacts: 6,
      bySource: { "kubelet-journal": 4, "docker-json-log": 10 },
      warnings: 1,
    },
    histogram: histogramOf(),
    timeline,
  } satisfies IncidentReport);
}
