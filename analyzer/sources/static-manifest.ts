/**
 * Static pods of the kubelet, /etc/kubernetes/manifests/*.yaml (kubernetes core/v1 Pod), one or several under the headers
 * of head(1) and tail(1). A cut manifest is read as far as it goes.
 *
 *     ==> /etc/kubernetes/manifests/kube-apiserver.yaml <==
 *     apiVersion: v1
 *     kind: Pod
 *     metadata: {name: kube-apiserver, namespace: kube-system}
 *
 * Where it listens is told by the flags of its command (kubeadm's phases/controlplane, etcd's --listen-*-urls).
 */
import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { pathOfContext, pathOfHeader } from "./_context-path.ts";
import type { JsonObject } from "./_json-documents.ts";
import { member, string } from "./_json-documents.ts";
import { emitPathError } from "./_path-error.ts";

/** Loaded with the first manifest: it takes a tenth of the start, in each thread. */
const yaml = (): typeof Yaml => require("yaml") as typeof Yaml;
const require = createRequire(import.meta.url);

/** A manifest is a few kilobytes. */
const LIMIT = 1024 * 1024;
const SECURE_PORTS: Record<string, string> = {
  "kube-apiserver": "6443",
  "kube-controller-manager": "10257",
  "kube-scheduler": "10259",
};

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value)
    ? value.filter((item): item is JsonObject => typeof item === "object" && item !== null)
    : [];
}

/** `--flag=value` of a container's command and arguments, by flag. */
function flagsOf(container: JsonObject): Map<string, string> {
  const words = ["command", "args"]
    .flatMap((key) => (Array.isArray(container[key]) ? (container[key] as unknown[]) : []))
    .flatMap((word) => String(word).split(/\s+/));
  const flags = new Map<string, string>();
  for (const [index, word] of words.entries()) {
    const [, name = "", value] = /^--([\w-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (name !== "") flags.set(name, value ?? words[index + 1] ?? "");
  }
  return flags;
}

function endpointsOf(name: string, flags: Map<string, string>): string[] {
  const port = flags.get("secure-port") ?? SECURE_PORTS[name];
  const bound = flags.get("bind-address");
  const address = flags.get("advertise-address") ?? bound ?? "0.0.0.0";
  const served = port === undefined || port === "0" ? [] : [address, ...(bound && bound !== "0.0.0.0" ? [bound] : [])];
  const urls = ["listen-client-urls", "listen-peer-urls", "listen-metrics-urls"]
    .flatMap((flag) => (flags.get(flag) ?? "").split(","))
    .flatMap((url) => /^\w+:\/\/([^/]+)/.exec(url)?.[1] ?? []);
  return [...new Set([...served.map((host) => `${host}:${port}`), ...urls])];
}

class Manifests implements LineReader {
  readonly #context: ParseContext;
  #path: string;
  #lines: Line[] = [];
  #length = 0;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#path = pathOfContext(context);
  }

  line(line: Line): void {
    const header = pathOfHeader(line.text);
    if (header !== null) {
      this.end();
      this.#path = header;
    } else if (/^---\s*$/.test(line.text)) this.end();
    else if (/^\w+: /.test(line.text) && emitPathError(line, this.#context.sink)) return;
    else if (this.#length < LIMIT) {
      this.#lines.push(line);
      this.#length += line.text.length;
    }
  }

  end(): void {
    const lines = this.#lines;
    this.#lines = [];
    this.#length = 0;
    const [first] = lines.filter(({ text }) => text.trim() !== "");
    if (!first) return;
    const value = this.#parse(lines);
    const named = lines.find(({ text }) => /^ {2}"?name"?:/.test(text)) ?? first;
    if (value && string(value, "kind") === "Pod") this.#emit(value, named);
    else this.#context.sink.warning(first.number, "not a manifest of a pod");
  }

  #parse(lines: Line[]): JsonObject | null {
    try {
      const document = yaml().parseDocument(lines.map(({ text }) => text).join("\n"), {
        logLevel: "silent",
        strict: false,
      });
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      return typeof value === "object" && value !== null ? (value as JsonObject) : null;
    } catch {
      return null;
    }
  }

  #emit(value: JsonObject, line: Line): void {
    const metadata = member(value, "metadata");
    const containers = objects(member(value, "spec").containers);
    const name = string(metadata, "name");
    if (name === null) {
      this.#context.sink.warning(line.number, "a manifest without a name");
      return;
    }
    const namespace = string(metadata, "namespace") ?? "default";
    const endpoints = [...new Set(containers.flatMap((container) => endpointsOf(name, flagsOf(container))))];
    const image = containers[0] ? string(containers[0], "image") : null;
    this.#context.sink.fact(
      "static-pod",
      `${namespace}/${name}`,
      { name, namespace, image, path: this.#path, endpoints },
      line,
    );
  }
}

const source: SourceParser = {
  id: "static-manifest",
  title: "manifests of static pods",
  kinds: ["static-manifests"],
  command: /\/(?:manifests|pod-manifests)\//,
  path: /(?:^|\/)(?:pod-)?manifests\/[^/]+\.(?:ya?ml|json)$/,
  sniff: (head) =>
    head.some((text) => /^"?kind"?: *"?Pod"?,?\s*$/.test(text)) && head.some((text) => /^"?apiVersion"?:/.test(text))
      ? 0.95
      : 0,
  open: (context) => new Manifests(context),
  samples: [
    {
      name: "two under headers, the second cut",
      lines: [
        "==> /etc/kubernetes/manifests/kube-apiserver.yaml <==",
        "apiVersion: v1",
        "kind: Pod",
        "metadata:",
        "  name: kube-apiserver",
        "  namespace: kube-system",
        "spec:",
        "  containers:",
        "  - command:",
        "    - kube-apiserver",
        "    - --advertise-address=10.0.0.7",
        "    - --secure-port=6443",
        "    image: registry.example/kube-apiserver:v1.20.2",
        "",
        "==> /etc/kubernetes/manifests/etcd.yaml <==",
        "apiVersion: v1",
        "kind: Pod",
        "metadata:",
        "  name: etcd",
        "  namespace: kube-system",
        "spec:",
        "  containers:",
        "  - command:",
        "    - etcd",
        "    - --listen-client-urls=https://127.0.0.1:2379,https://10.0.0.7:2379",
        '    image: "regis',
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "an error for one, and another kind",
      command: "cat /etc/kubernetes/manifests/*",
      lines: ["cat: /etc/kubernetes/manifests/etcd.yaml: Structure needs cleaning", "kind: ConfigMap"],
      events: 1,
      facts: 1,
      warnings: 1,
    },
  ],
};

export default bounded(source);
