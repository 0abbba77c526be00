/** Closed word lists: the only values these fields may take, in the code, the store and the report. */

export const severities = ["critical", "major", "minor", "info"] as const;
export type Severity = (typeof severities)[number];

export const confidences = ["certain", "likely", "possible", "unknown"] as const;
export type Confidence = (typeof confidences)[number];

export const verdicts = ["fail", "pass", "notApplicable", "unknown", "error"] as const;
export type Verdict = (typeof verdicts)[number];

/** Lowest layer first: the diagnosis prefers a cause nearer to the start of this list. */
export const layers = [
  "power",
  "clock",
  "block-device",
  "filesystem",
  "kernel",
  "runtime-storage",
  "runtime",
  "kubelet",
  "etcd",
  "apiserver",
  "network",
  "workload",
  "client",
] as const;
export type Layer = (typeof layers)[number];

export const roles = ["cause", "effect", "symptom", "marker"] as const;
export type Role = (typeof roles)[number];

export const gapKinds = [
  "rotated",
  "vacuumed",
  "volatile",
  "read-only",
  "stopped",
  "power-off",
  "not-collected",
  "unknown",
] as const;
export type GapKind = (typeof gapKinds)[number];

/** Statuses of a step of the collector, and two more that only a reader can tell. */
export const coverageStatuses = [
  "ok",
  "empty",
  "absent",
  "denied",
  "timed-out",
  "stuck",
  "skipped",
  "truncated",
  "failed",
  "redacted",
  "not-reached",
] as const;
export type CoverageStatus = (typeof coverageStatuses)[number];

export const causes = [
  "filesystem-corruption",
  "storage-io-error",
  "storage-full",
  "inodes-exhausted",
  "read-only-filesystem",
  "under-voltage",
  "overheating",
  "power-loss",
  "out-of-memory",
  "kernel-bug",
  "hardware-bus",
  "clock-wrong",
  "certificate-expired",
  "certificate-invalid",
  "image-layer-corruption",
  "runtime-state-corruption",
  "etcd-corruption",
  "etcd-slow-disk",
  "etcd-space",
  "etcd-quorum",
  "datastore-corruption",
  "cgroup-disabled",
  "swap-enabled",
  "network-plugin",
  "kernel-module-missing",
  "configuration-error",
  "port-conflict",
  "disk-pressure",
  "dns-failure",
  "image-unavailable",
  "resource-leak",
  "unknown",
] as const;
export type Cause = (typeof causes)[number];

export const entityKinds = [
  "node",
  "boot",
  "unit",
  "process",
  "container",
  "pod",
  "image",
  "layer",
  "path",
  "filesystem",
  "device",
  "endpoint",
  "certificate",
] as const;
export type EntityKind = (typeof entityKinds)[number];

/** How an instant is known. The first is the strongest. */
export const timeBases = [
  "exact",
  "clock-corrected",
  "zone-assumed",
  "year-inferred",
  "relative-age",
  "order-only",
] as const;
export type TimeBasis = (typeof timeBases)[number];

export const conclusions = ["healthy", "cause-found", "trouble-cause-unknown", "insufficient-evidence"] as const;
export type Conclusion = (typeof conclusions)[number];

/** What became of a finding between the bundles of one node. */
export const changes = ["fixed", "still there", "new", "no longer observable"] as const;
export type Change = (typeof changes)[number];

/** The answer to "is it repaired?" of a report on several bundles of one node. */
export const repairAnswers = [
  "repaired",
  "not-repaired",
  "broken-otherwise",
  "cannot-tell",
  "newly-broken",
  "never-broken",
] as const;
export type RepairAnswer = (typeof repairAnswers)[number];

export const redactionModes = ["default", "strict", "none"] as const;
export type RedactionMode = (typeof redactionModes)[number];
