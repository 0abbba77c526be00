/** The seed incident as an IncidentReport, written by hand: what the analyzer should say about it. */
import type {
  IncidentReport,
  ReportContainer,
  ReportHistogram,
  ReportRootCause,
  ReportTime,
  ReportTimelineEntry,
} from "../../analyzer/model/report.ts";
import {
  LAYER,
  LOST,
  SANDBOX,
  CONTAINER,
  POD,
  JOURNAL,
  PS,
  POD_LOG,
  JOURNAL_TIMES,
  LAYER_TIME,
  OVERLAY_TIME,
  EXIT_TIME,
  KUBELET_WINDOW,
  lowerError,
  linkRow,
  lowerRow,
  directoryRow,
  overlayRow,
  refused,
  sandboxError,
  plegIgnores,
  sandboxAgain,
  exited,
  lastPodLine,
  kubectl,
  lostLayer,
  at,
} from "./fixture-evidence.ts";
import { REMEDY, findings } from "./fixture-findings.ts";

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
  triggers: [],
  deciding: { text: "Tells a failing card from a power cut.", command: "sudo dmesg | grep -i mmc" },
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
        custody: null,
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
      { item: "kernel log", status: "not-reached", detail: "not in the bundle" },
    ],
    notCollected: [
      {
        item: "the kernel's log",
        why: "it would show when ext4 first found the damage, and what the card did before",
        command: "dmesg",
      },
      {
        item: "the ext4 superblock",
        why: "it dates the first and the last error",
        command: "sudo dumpe2fs -h /dev/mmcblk0p2",
      },
      { item: "the log of container 6ef208ad4c36", why: "its last words would tell how it died", command: null },
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
      events: 57,
      facts: 31,
      artifacts: 6,
      bySource: { "kubelet-journal": 45, "docker-json-log": 12 },
      warnings: 1,
    },
    histogram: histogramOf(),
    timeline,
    redaction: { mode: "default", masked: [{ kind: "password", values: 1, places: 2 }], late: 0 },
  } satisfies IncidentReport);
}
