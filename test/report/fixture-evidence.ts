/** The seed incident's lines, word for word, as evidence. */
import type { ReportEvidence, ReportTime } from "../../analyzer/model/report.ts";
import type { TimeBasis } from "../../analyzer/model/words.ts";

export function at(from: string, to = from, basis: TimeBasis = "exact"): ReportTime {
  return { from, to, basis };
}

export const LAYER = "74217d05e7d37d111ce00a444c0a4237618a5474a8ca72393feeea664532d30b";
export const LOST = "1d2dd8b0acc2ec2c153faf571fd80c27b8ff113ece23a97860a5b049f9d3b183";
export const SANDBOX = "7d9ec7433434e66bee7d0458ece2e142e80a5825884cca2f5f17a5f0ca548d2a";
export const CONTAINER = "6ef208ad4c36ac7dae20a7f4d1bbd23725027c5505d71a41e2476d6bfc0fa826";
export const POD = "c0f77be12d1bf28aaecf7cc373a774b6";
export const DIRECTORY = `/var/lib/docker/overlay2/${LAYER}`;
export const JOURNAL = "journal/apiserver.txt";
const LISTING = "overlay2/ls-74217d05.txt";
export const PS = "docker/ps-a.txt";
export const POD_LOG = `pods/${POD}/kube-apiserver_0.log`;

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
export function assumed(best: string): ReportTime {
  return { from: "2017-11-04T16:07:57Z", to: "2017-11-05T18:07:57Z", basis: "zone-assumed", best };
}
export const JOURNAL_TIMES = ["028616", "076083", "076376", "236495"].map((digits) =>
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

export const LAYER_TIME = at("2017-10-23T04:17:00Z", "2017-10-23T04:18:00Z", "year-inferred");
export const OVERLAY_TIME = at("2017-11-01T06:48:00Z", "2017-11-01T06:49:00Z", "year-inferred");
export const EXIT_TIME = at("2017-11-01T06:38:00Z", "2017-11-02T06:38:00Z", "relative-age");
export const KUBELET_WINDOW = assumed("2017-11-05T06:07:57.028616Z");

export const linkError = line(LISTING, LISTING_LINES, 1, null);
export const lowerError = line(LISTING, LISTING_LINES, 2, null);
export const linkRow = line(LISTING, LISTING_LINES, 7, null);
export const lowerRow = line(LISTING, LISTING_LINES, 8, null);
export const directoryRow = line(LISTING, LISTING_LINES, 4, LAYER_TIME);
export const overlayRow = line(LISTING, LISTING_LINES, 5, OVERLAY_TIME);
export const refused = line(JOURNAL, JOURNAL_LINES, 1, JOURNAL_TIMES[0] ?? null);
export const sandboxError = line(JOURNAL, JOURNAL_LINES, 2, JOURNAL_TIMES[1] ?? null);
export const plegIgnores = line(JOURNAL, JOURNAL_LINES, 3, JOURNAL_TIMES[2] ?? null);
export const sandboxAgain = line(JOURNAL, JOURNAL_LINES, 4, JOURNAL_TIMES[3] ?? null);
export const exited = line(PS, PS_LINES, 2, EXIT_TIME);
export const sibling = line(PS, PS_LINES, 3, null);
export const lastPodLine = line(POD_LOG, POD_LOG_LINES, 2, at("2017-10-23T04:13:09.998615002Z"));
export const kubectl: ReportEvidence = {
  artifact: "client/kubectl-get-nodes.txt",
  line: 2,
  text: "The connection to the server 192.168.1.11:6443 was refused - did you specify the right host or port?",
  at: null,
  before: ["$ kubectl get nodes"],
};
export const lostLayer: ReportEvidence = {
  artifact: "docker/logs-6ef208ad4c36.err",
  line: 1,
  text: `Error response from daemon: stat /var/lib/docker/overlay2/${LOST}: no such file or directory`,
  at: null,
};
