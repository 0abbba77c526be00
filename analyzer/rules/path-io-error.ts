/** The error EIO for a path: the disk did not give out what a program asked for. */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { pathEntities } from "./_layers.ts";
import { windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

function evaluate(view: RuleView): FindingDraft[] {
  const found: { path: string; evidence: Evidence }[] = [];
  for (const fact of view.facts("path-error")) {
    if (fact.value.errno !== "EIO" || /^\/(?:proc|sys|dev)\//.test(fact.value.path)) continue;
    found.push({ path: fact.value.path, evidence: view.evidence(fact, `${fact.value.path}: ${fact.value.message}`) });
  }
  for (const match of view.matches("told-io-error")) {
    found.push({ path: match.captures["path"] ?? "", evidence: match.first() });
  }
  if (found.length === 0) return [];
  const paths = [...new Set(found.map(({ path }) => path).filter(Boolean))];
  const named = paths.slice(0, 3).join(", ");
  return [
    {
      subject: "",
      title: `Programs are told “input/output error” (EIO): ${named}`,
      summary: `The disk does not give out what is at ${named}${paths.length > 3 ? ` and ${paths.length - 3} other paths` : ""}: programs get the error “input/output error” (EIO).`,
      confidence: "certain",
      window: windowOf(found.map(({ evidence }) => evidence.at)),
      active: null,
      count: found.length,
      evidence: found.slice(0, 8).map(({ evidence }) => evidence),
      weighs: [{ rule: "told-io-error", subject: "" }],
      entities: paths.slice(0, 50).flatMap((path) => pathEntities(path)),
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "path-io-error",
  title: "Programs are told “input/output error”",
  passTitle: "No program was told “input/output error” (EIO) about a path",
  why: "EIO comes from the disk, or from what stands for one (a network mount). The kernel's log says more about it.",
  layer: "block-device",
  role: "effect",
  cause: "storage-io-error",
  severity: "critical",
  confidence: "likely",
  explains: ["layer:runtime-storage", "layer:runtime", "layer:kubelet", "layer:etcd", "layer:workload"],
  remedy: [
    {
      text: "See what the kernel says about the disk and the power.",
      command: "sudo dmesg -T | grep -iE 'I/O error|mmc|ata|usb|voltage|EXT4-fs'",
      risk: "safe",
    },
    {
      text: "Copy what can still be read before anything else is written.",
      command: "sudo dd if=/dev/<disk> of=/media/usb/disk.img bs=4M conv=noerror,sync status=progress",
      risk: "backup",
    },
  ],
  references: ["https://man7.org/linux/man-pages/man3/errno.3.html"],
  needs: ["logs"],
  evaluate,
  cases: {
    fires: [
      { "cat.txt": "cat: /var/lib/etcd/member/snap/db: Input/output error\n" },
      {
        "docker.log":
          'time="2024-01-03T10:00:00Z" level=error msg="Handler for GET /v1.40/containers/aa/json returned error: open /var/lib/docker/containers/aa/config.v2.json: input/output error"\n',
      },
    ],
    quiet: [{ "cat.txt": "cat: /var/lib/none: No such file or directory\n" }],
  },
};

export default rule;
