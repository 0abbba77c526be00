/**
 * `crictl ps -a -o json`, `crictl pods -o json` and `crictl inspect`, `crictl inspectp` (kubernetes-sigs/cri-tools; the
 * messages Container, PodSandbox and ContainerStatus of the CRI's runtime/v1 api.proto in protobuf's JSON, where int64
 * are texts).
 *
 *     {"containers": [{"id": "3b0f…", "podSandboxId": "77aa…", "metadata": {"name": "etcd", "attempt": 4},
 *       "state": "CONTAINER_EXITED", "createdAt": "1772452000123456789", "labels": {"io.kubernetes.pod.uid": …
 *     {"status": {"id": "3b0f…", "exitCode": 137, "finishedAt": "2026-03-02T05:42:44.1Z", …}, "info": {"sandboxID": …
 *
 * The elements of a list are read one by one, so that a cut document keeps what came before the cut.
 */
import type { ContainerFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, ParseSink, SourceParser } from "../model/source.ts";
import { wholeNumber } from "./_number.ts";
import { sandboxOfLabels } from "./_container.ts";
import { criContainer } from "./_cri.ts";
import type { JsonObject } from "./_json-documents.ts";
import { member, number, readJsonDocuments, string } from "./_json-documents.ts";
import { emitForeign } from "./_path-error.ts";

/** Nanoseconds since 1970, or a time as RFC 3339; zero and the first century stand for never. */
function timeOf(value: JsonObject, key: string): string | null {
  const text = string(value, key) ?? "";
  if (/^\d{16,19}$/.test(text) && Number(text) > 0) return new Date(Number(text) / 1e6).toISOString();
  return /^\d{4}-\d\d-\d\dT/.test(text) && !/^(?:0001|1970-01-01T00:00:00)/.test(text) ? text : null;
}

function factOf(value: JsonObject, id: string, info: JsonObject): ContainerFact {
  const metadata = member(value, "metadata");
  const labels = member(value, "labels");
  const image = member(value, "image");
  const sandbox = (string(value, "state") ?? "").startsWith("SANDBOX_");
  const name = string(metadata, "name");
  const restarts = string(member(value, "annotations"), "io.kubernetes.container.restartCount");
  const fact = criContainer({
    id,
    sandbox,
    state: string(value, "state"),
    name,
    attempt: number(metadata, "attempt") ?? 0,
    image: string(image, "userSpecifiedImage") ?? string(image, "image"),
    createdAge: null,
    sandboxId: string(value, "podSandboxId") ?? string(info, "sandboxID") ?? sandboxOfLabels(labels),
    pod: {
      name: (sandbox ? name : string(labels, "io.kubernetes.pod.name")) ?? "",
      namespace: string(metadata, "namespace") ?? string(labels, "io.kubernetes.pod.namespace") ?? "",
      uid: string(metadata, "uid") ?? string(labels, "io.kubernetes.pod.uid") ?? "",
    },
  });
  return {
    ...fact,
    imageId: string(value, "imageRef"),
    exitCode: fact.state === "exited" && !sandbox && "exitCode" in value ? number(value, "exitCode") : null,
    created: timeOf(value, "createdAt"),
    startedAt: timeOf(value, "startedAt"),
    finishedAt: timeOf(value, "finishedAt"),
    error: string(value, "message"),
    oomKilled: string(value, "reason") === "OOMKilled" ? true : null,
    restartCount: wholeNumber(restarts ?? undefined),
    logPath: string(value, "logPath"),
  };
}

function emit(document: JsonObject, line: Line, sink: ParseSink): void {
  const inspected = "status" in document && string(document, "id") === null;
  const value = inspected ? member(document, "status") : document;
  const id = string(value, "id");
  if (id === null || string(value, "state") === null) sink.warning(line.number, "not a container of crictl");
  else sink.fact("container", id, factOf(value, id, member(document, "info")), line);
}

/** What opens a list around its elements, on one line or on two. */
const LIST = /^\s*\{?\s*"(?:containers|items)"\s*:\s*\[/;
const STATE = /"state"\s*:\s*"(?:CONTAINER|SANDBOX)_[A-Z]+"/;

function open({ sink }: ParseContext): LineReader {
  const reader = readJsonDocuments({
    object: (value, line) => emit(value, line, sink),
    other: (line) => {
      if (!/^[\s\]}]*$|[\]}]\s*\}$/.test(line.text)) emitForeign(line, sink, "JSON of crictl");
    },
    broken: (line, message) => sink.warning(line, message),
  });
  /** A brace that stood alone: of the list when the next line opens one, else of a document. */
  let brace: Line | null = null;
  const release = (): void => {
    if (brace) reader.line(brace);
    brace = null;
  };
  return {
    line(line) {
      if (LIST.test(line.text) && (brace !== null || line.text.startsWith("{"))) {
        brace = null;
        reader.line({ ...line, text: line.text.replace(LIST, "[") });
        return;
      }
      release();
      if (/^\s*\{\s*$/.test(line.text)) brace = line;
      else reader.line(line);
    },
    end() {
      release();
      reader.end();
    },
  };
}

const source: SourceParser = {
  id: "crictl-json",
  title: "crictl ps, pods and inspect, as JSON",
  kinds: [],
  command: /^(?:(?:k3s|rke2) )?crictl\b.* (?:inspectp?\b|(?:ps|pods)\b.*json)/,
  sniff: (head) => {
    const first = head.slice(0, 4).join(" ");
    if (!/^\s*[[{]/.test(first)) return 0;
    const begins = /"(?:containers|items)"\s*:\s*\[|"status"\s*:\s*\{|"podSandboxId"\s*:/.test(first);
    return begins && head.some((text) => STATE.test(text)) ? 0.95 : 0;
  },
  open,
  samples: [
    {
      name: "containers, pretty printed",
      command: "crictl ps -a -o json",
      lines: [
        "{",
        '  "containers": [',
        "    {",
        '      "id": "3b0f6a1c9d22a",',
        '      "podSandboxId": "77aa954d1a767",',
        '      "metadata": {',
        '        "name": "etcd",',
        '        "attempt": 4',
        "      },",
        '      "image": { "image": "sha256:a1c9" },',
        '      "state": "CONTAINER_EXITED",',
        '      "createdAt": "1772452000123456789",',
        '      "labels": { "io.kubernetes.pod.name": "etcd-n7", "io.kubernetes.pod.namespace": "kube-system", "io.kubernetes.pod.uid": "0123" }',
        "    },",
        "    {",
        '      "id": "4b0f6a1c9d22a",',
        '      "state": "CONTAINER_RUNNING"',
        "    }",
        "  ]",
        "}",
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "pods on one line",
      command: "crictl pods -o json",
      lines: [
        '{"items":[{"id":"77aa954d1a767","metadata":{"name":"etcd-n7","uid":"0123","namespace":"kube-system","attempt":2},"state":"SANDBOX_NOTREADY","createdAt":"1772452000123456789"}]}',
      ],
      events: 0,
      facts: 1,
    },
    {
      name: "inspect, and one that is not there",
      command: "crictl inspect 3b0f 4b0f",
      lines: [
        '{"status":{"id":"3b0f6a1c9d22a","metadata":{"attempt":4,"name":"etcd"},"state":"CONTAINER_EXITED","exitCode":137,"finishedAt":"2026-03-02T05:42:44.1Z","reason":"OOMKilled"},"info":{"sandboxID":"77aa954d1a767","pid":0}}',
        'FATA[0000] getting the status of the container "4b0f": rpc error: code = NotFound desc = not found',
      ],
      events: 1,
      facts: 1,
      warnings: 1,
    },
    {
      name: "cut in the second container",
      lines: [
        '{"containers":[{"id":"3b0f6a1c9d22a","state":"CONTAINER_EXITED"},',
        '{"id":"4b0f6a1c9d22a","state":"CONT',
      ],
      events: 0,
      facts: 1,
      warnings: 1,
    },
  ],
};

export default source;
