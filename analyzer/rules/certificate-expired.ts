/** Certificates whose time is over: by the words of those that refused them, and by the dates in tables. */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { DAY } from "../model/time.ts";
import { clusterRemedy, foreignRemedy } from "./_certificate-remedies.ts";
import { clockLines } from "./_clock-steps.ts";
import { formatSpan, parseUtc, utcMinute } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

interface Expired {
  name: string;
  end: number;
  evidence: Evidence;
  /** A registry or another server outside of the cluster. */
  foreign: boolean;
  authority: boolean;
  count: number;
}

/** Ports of the cluster's own servers; anything else is a server on the internet. */
const CLUSTER_PORT = /:(?:6443|6444|8443|9345|16443|2379|2380|10250|10257|10259)$/;
/** The end of the authority DST Root CA X3: lists of authorities without its successor refuse half of the internet since. */
const OLD_ROOT_END = "2021-09-30 14:01";
const ADDRESS = /^(?:localhost|\[?[0-9a-f.:]+\]?)(?::\d+)?$/i;

function fromLines(view: RuleView): Expired[] {
  const refused = view.matches("x509-time").filter(({ captures }) => captures["relation"] === "after");
  const own = view.matches("kubelet-credentials-expired");
  return [...refused, ...own].flatMap((match) => {
    const { host, path, bound } = match.captures;
    const end = parseUtc(bound ?? "");
    if (end === null) return [];
    const name =
      path ?? (host ? `the certificate of ${host}` : own.includes(match) ? "the kubelet's" : "a certificate");
    const foreign = host !== undefined && !CLUSTER_PORT.test(host) && !ADDRESS.test(host);
    return [{ name, end, evidence: match.first(), foreign, authority: false, count: match.count }];
  });
}

interface Table {
  expired: Expired[];
  /** Of certificates that still hold, without the authorities. */
  valid: Evidence[];
  names: string[];
  /** Authorities that still hold. */
  authorities: string[];
}

/**
 * The latest time that the evidence vouches for: the collection, or a time that the clock was set to from the network. A
 * node without a clock of its own may be collected long before that, by its own reckoning.
 */
function latestTime(view: RuleView): number | null {
  const synced = clockLines(view).flatMap(({ kind, stated }) => {
    const time = kind === "synced" && stated !== null ? parseUtc(stated.replace(/^[A-Z][a-z]{2} /, "")) : null;
    return time === null ? [] : [time];
  });
  const known = [...(view.collectedAt ? [view.collectedAt.lo] : []), ...synced];
  return known.length === 0 ? null : Math.max(...known);
}

function fromTables(view: RuleView): Table {
  const now = latestTime(view);
  const expired: Expired[] = [];
  const valid: Evidence[] = [];
  const names: string[] = [];
  const authorities: string[] = [];
  for (const fact of view.facts("certificate")) {
    const { name, notAfter, invalid, authority } = fact.value;
    if (notAfter === null) continue;
    const end = notAfter.stated;
    const over = invalid || (now !== null && now > end);
    const evidence = view.evidence(fact, `${name}: valid until ${utcMinute(end)}${over ? ", expired" : ""}`);
    if (over) expired.push({ name, end, evidence, foreign: false, authority, count: 1 });
    else if (authority) authorities.push(name);
    else {
      valid.push(evidence);
      names.push(name);
    }
  }
  return { expired, valid, names, authorities };
}

/** `admin.conf, apiserver (2026-04-18 14:08 UTC)`, one part for each date. */
function list(expired: Expired[]): string {
  const dates = new Map<string, Set<string>>();
  for (const { name, end } of expired) {
    const date = utcMinute(end);
    dates.set(date, (dates.get(date) ?? new Set()).add(name));
  }
  return [...dates].map(([date, names]) => `${[...names].join(", ")} (expired ${date})`).join("; ");
}

function isOldRoot({ end }: Expired): boolean {
  return utcMinute(end).startsWith(OLD_ROOT_END);
}

function draft(view: RuleView, expired: Expired[], table: Table): FindingDraft {
  const earliest = Math.min(...expired.map(({ end }) => end));
  const names = [...new Set(expired.map(({ name }) => name))];
  const shown = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
  const seen = view.collectedAt?.best ?? Math.max(...expired.map(({ evidence }) => evidence.at?.best ?? earliest));
  const ago = seen - earliest > DAY ? `, ${formatSpan(seen - earliest)} before the end of the evidence` : "";
  const authority = expired.some((one) => one.authority)
    ? " An authority (CA) is among them: all that it signed is worthless with it."
    : table.authorities.length > 0
      ? ` The authorities that sign (${table.authorities.join(", ")}) still hold, so that renewing the others is enough.`
      : "";
  const foreign = expired.every((one) => one.foreign || isOldRoot(one));
  const oldRoot = expired.every(isOldRoot)
    ? " This is the end of the authority DST Root CA X3: the server's certificate may well be valid, and the node's own list of authorities (ca-certificates) is too old to know its successor."
    : "";
  const lines = expired
    .map(({ evidence }) => evidence)
    .toSorted((a, b) => Number(b.at !== null) - Number(a.at !== null));
  // That others hold does not speak against it: each has its own date.
  const others = table.valid.length > 0 ? ` Still valid are: ${table.names.slice(0, 6).join(", ")}.` : "";
  return {
    subject: "",
    title: oldRoot
      ? `The node's list of authorities is too old: an authority in it ended on 2021-09-30, and ${shown} ${names.length === 1 ? "is" : "are"} refused`
      : `${names.length === 1 ? "A certificate has" : `${names.length} certificates have`} expired: ${shown} (${utcMinute(earliest)})`,
    summary:
      `Expired${ago}: ${list(expired)}.${authority}${others}${oldRoot} Programs check these dates only when they connect or start, ` +
      "so that the failure shows at the next restart, not on the day itself.",
    confidence: "certain",
    severity: foreign ? "minor" : "critical",
    window: { lo: earliest, hi: Math.max(earliest, seen), best: earliest, basis: "exact" },
    active: true,
    count: expired.reduce((sum, { count }) => sum + count, 0),
    evidence: lines.slice(0, 8),
    entities: [],
    remedy: foreign ? foreignRemedy : clusterRemedy,
  };
}

/** A certificate is refused without a date, nobody knows the day, and the certificates' own dates are in the bundle. */
function unsaid(view: RuleView): FindingDraft[] {
  const lines = view.matches("x509-dates-unsaid");
  const leaves = view.facts("certificate").filter(({ value }) => value.notAfter !== null && !value.authority);
  const first = leaves.toSorted((a, b) => (a.value.notAfter?.stated ?? 0) - (b.value.notAfter?.stated ?? 0))[0];
  const line = lines[0]?.first();
  if (!line || !first?.value.notAfter || view.collectedAt !== null) return [];
  const { name, notAfter } = first.value;
  const end = utcMinute(notAfter.stated);
  return [
    {
      subject: "",
      title: `A certificate is refused because of its dates; the first that ends is ${name} (${end})`,
      summary:
        `A certificate is refused because it “has expired or is not yet valid”. Of those whose dates are in the bundle, ${name} ` +
        `ends first, on ${end}. On which day it was refused, the bundle does not tell.`,
      confidence: "likely",
      window: line.at,
      active: null,
      openStart: true,
      count: lines.reduce((sum, { count }) => sum + count, 0),
      evidence: [view.evidence(first, `${name}: valid until ${end}`), line],
      entities: [],
      remedy: clusterRemedy,
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "certificate-expired",
  title: "A certificate has expired",
  passTitle: "No certificate was found expired",
  why: "Every program of Kubernetes proves with a certificate who it is. One that has expired is refused by everybody, and then the kubelet does not start, or the API server and etcd do not talk to each other.",
  layer: "kubelet",
  role: "cause",
  cause: "certificate-expired",
  severity: "critical",
  confidence: "certain",
  explains: [
    "bootstrap-kubeconfig-missing",
    "node-agent-down",
    "unit-restarts",
    "x509-unknown-authority",
    "x509-dates-unsaid",
    "pleg-unhealthy",
    "cause:network-plugin",
    "layer:etcd",
    "layer:apiserver",
    "layer:network",
    "layer:workload",
    "layer:client",
  ],
  remedy: clusterRemedy,
  references: ["https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/"],
  refutedBy: ["clock"],
  needs: ["logs", "certificate-dates"],
  evaluate: (view) => {
    const table = fromTables(view);
    const expired = [...fromLines(view), ...table.expired];
    return expired.length === 0 ? unsaid(view) : [draft(view, expired, table)];
  },
  cases: {
    fires: [
      {
        "kubelet.log":
          "Mar 02 11:46:20 n7 kubelet[700]: E0302 11:46:20.100000     700 bootstrap.go:266] part of the existing bootstrap client certificate in /etc/kubernetes/kubelet.conf is expired: 2026-03-01 08:00:00 +0000 UTC",
      },
      {
        "certs.txt": [
          "CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED",
          "admin.conf                 Mar 02, 2026 11:46 UTC   <invalid>       ca                      no",
          "apiserver                  Mar 02, 2027 11:46 UTC   364d            ca                      no",
        ].join("\n"),
      },
      {
        "pull.txt":
          'Error response from daemon: Get "https://reg.example.net/v2/": x509: certificate has expired or is not yet valid: current time 2026-03-02T11:46:20Z is after 2021-09-30T14:01:15Z',
      },
      {
        "journal.txt":
          'Mar 02 11:46:20 n7 kubelet[700]: E0302 11:46:20.100000     700 reflector.go:138] Failed to watch *v1.Node: Get "https://10.0.0.7:6443/api/v1/nodes": x509: certificate has expired or is not yet valid: current time 2026-03-02T11:46:20Z is after 2026-03-01T08:00:00Z',
      },
    ],
    quiet: [
      {
        "certs.txt": [
          "CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED",
          "admin.conf                 Mar 02, 2027 11:46 UTC   364d            ca                      no",
        ].join("\n"),
        "journal.txt":
          "Mar 02 11:46:20 n7 kubelet[700]: E0302 11:46:20.100000     700 x.go:1] x509: certificate has expired or is not yet valid: current time 2019-02-14T10:11:59Z is before 2026-03-01T08:00:00Z",
      },
    ],
  },
};

export default rule;
