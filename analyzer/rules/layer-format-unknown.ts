/**
 * docker downloaded a layer, its checksum was right, and it cannot be unpacked: most often a docker before 23.0 that meets a
 * layer packed with zstd, which it takes for a tar archive.
 */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** The first docker that unpacks zstd. */
const UNPACKS_ZSTD = 23;

function dockerVersion(view: RuleView): { version: string; major: number; evidence: Evidence } | null {
  for (const fact of view.facts("node")) {
    const [, version, major] = /^docker ((\d{1,3})\.\S+)/.exec(fact.value.runtime ?? "") ?? [];
    if (version === undefined) continue;
    return { version, major: Number(major), evidence: view.evidence(fact, `docker ${version}`) };
  }
  return null;
}

function evaluate(view: RuleView): FindingDraft[] {
  const lines = view.matches("layer-tar-invalid");
  const [match] = lines;
  if (!match) return [];
  const docker = dockerVersion(view);
  const isOld = docker !== null && docker.major < UNPACKS_ZSTD;
  const knowsZstd = docker !== null && !isOld;
  const [first, last] = [match.first(), lines.at(-1)?.last() ?? match.last()];
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  const name = docker === null ? "This docker" : `docker ${docker.version}`;
  const reason = knowsZstd
    ? "what the registry or a mirror gives out is not in a form that it knows"
    : "zstd, in which newer images are packed, needs docker 23.0 or newer";
  return [
    {
      subject: "",
      title: `${name} cannot unpack the layers of an image${knowsZstd ? "" : " (zstd needs docker 23.0)"}`,
      summary: `A layer was downloaded, its checksum was right, and it cannot be unpacked, ${count === 1 ? "once" : `${count} times`}: ${match.captures["what"] ?? ""}. Most likely ${reason}. Nothing of it is stored yet; the store of this node is not damaged by this.`,
      confidence: isOld ? "likely" : "possible",
      window: windowOf([first.at, last.at]),
      active: stillActive(first, last, count, view),
      openStart: true,
      count,
      evidence: [first, ...(count > 1 ? [last] : []), ...(isOld ? [docker.evidence] : [])],
      entities: [],
    },
  ];
}

const OLD_DOCKER = "Docker version 20.10.5, build 55c4c88\n";
const REFUSED = "failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header\n";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "layer-format-unknown",
  title: "docker cannot unpack the layers of an image",
  passTitle: "docker could unpack the layers of every image",
  why: "docker compares the checksum of a layer before it unpacks it. Where that was right and the unpacking fails, the layer is packed in a way that this docker does not know.",
  layer: "workload",
  role: "cause",
  cause: "image-unavailable",
  severity: "minor",
  confidence: "likely",
  unmistakable: true,
  explains: ["image-pull-failed", "image-unavailable", "layer:client"],
  remedy: [
    {
      text: "See the version of docker; 23.0 is the first that unpacks zstd.",
      command: "docker version --format '{{.Server.Version}}'",
      risk: "safe",
    },
    {
      text: "Take an older tag of the image, if nothing may be changed on the node.",
      command: "docker pull <image>:<older tag>",
      risk: "safe",
    },
    {
      text: "Keep a copy of docker's settings and of the volumes, then install a newer docker.",
      command: "sudo tar -czf /media/usb/docker-before.tar.gz /etc/docker /var/lib/docker/volumes",
      risk: "backup",
    },
  ],
  references: ["https://docs.docker.com/engine/release-notes/23.0/"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [{ "version.txt": OLD_DOCKER, "pull.txt": REFUSED }, { "pull.txt": REFUSED }],
    quiet: [{ "version.txt": OLD_DOCKER, "pull.txt": "failed to register layer: unexpected EOF\n" }],
  },
};

export default rule;
