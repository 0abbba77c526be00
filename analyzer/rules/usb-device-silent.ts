/**
 * A USB device that does not answer when the kernel asks who it is: a stick, a camera or a disk. It is a trouble of the
 * disk only where a disk was on that port, or where a disk fails reads or the root cannot be found.
 */
import type { Evidence, FindingDraft } from "../model/rule.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { MatchedText, RuleView, StructuralRule } from "./types.ts";

function portOf({ captures }: MatchedText): string {
  const { port, hub, bus, number } = captures;
  return port ?? (hub === undefined ? `${bus}-${number}` : `${hub}.${number}`);
}

function isAfter(one: Evidence, other: Evidence): boolean {
  if (one.artifact === other.artifact) return (one.line ?? 0) > (other.line ?? 0);
  return (one.at?.best ?? 0) > (other.at?.best ?? 0);
}

function byPort(view: RuleView): Map<string, MatchedText[]> {
  const ports = new Map<string, MatchedText[]>();
  for (const match of view.matches("usb-port")) {
    const port = portOf(match);
    ports.set(port, [...(ports.get(port) ?? []), match]);
  }
  return ports;
}

/** Whether some disk that may be behind USB fails, so that a device without an answer may be that disk. */
function isDiskInTrouble(view: RuleView): boolean {
  const failing = view
    .matches("block-io-error")
    .some(({ captures }) => /^(?:sd[a-z]|\d+:)/.test(captures["device"] ?? ""));
  return failing || view.findings("root-mount-failed").length > 0;
}

function draftFor(view: RuleView, port: string, said: MatchedText[]): FindingDraft[] {
  const silent = said.filter(({ captures }) => captures["silent"] !== undefined);
  const lasts = silent.map((match) => match.last());
  const [first] = silent.map((match) => match.first());
  const last = lasts.toSorted((a, b) => (isAfter(a, b) ? 1 : -1)).at(-1);
  if (!first || !last) return [];
  const found = said.filter(({ captures }) => captures["found"] !== undefined).map((match) => match.last());
  if (found.some((evidence) => isAfter(evidence, last))) return [];
  const carries = said.some(({ captures }) => captures["disk"] !== undefined);
  const isDisk = carries || isDiskInTrouble(view);
  const count = silent.reduce((sum, match) => sum + match.count, 0);
  const kinds = [...new Set(silent.map(({ captures }) => captures["silent"]?.replace(/ \d+(?=,)/, "")))].slice(0, 3);
  const follows = carries
    ? " A disk was on this port: what is on it cannot be reached."
    : isDisk
      ? " A disk fails as well, and may be that device."
      : " Nothing tells that it is a disk; a stick for radio, a camera or a hub does the same.";
  return [
    {
      subject: port,
      title: `${carries ? "The USB disk" : "A USB device"} on port ${port} does not answer`,
      summary: `The kernel asks the USB device on port ${port} who it is and gets no answer, ${count === 1 ? "1 line" : `${count} lines`}: ${kinds.join("; ")}.${follows}`,
      confidence: carries ? "certain" : "likely",
      ...(isDisk ? { cause: "hardware-bus", role: "cause", severity: carries ? "critical" : "major" } : {}),
      window: windowOf([first.at, ...lasts.map(({ at }) => at)]),
      active: stillActive(first, last, count, view),
      count,
      counted: "line",
      evidence: silent.slice(0, 6).map((match) => match.first()),
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "usb-device-silent",
  title: "A USB device does not answer",
  passTitle: "Every USB device told the kernel what it is",
  why: "When a device is plugged in, the kernel asks it who it is. One that gives no answer is broken, gets too little power, or hangs on a bad cable; the rest of the node goes on without it.",
  layer: "block-device",
  role: "effect",
  cause: "unknown",
  severity: "minor",
  confidence: "likely",
  explains: [
    "bus-reset",
    "root-mount-failed",
    "cause:storage-io-error",
    "cause:read-only-filesystem",
    "cause:filesystem-corruption",
  ],
  remedy: [
    {
      text: "See which device is missing from the list, and what hangs on that port.",
      command: "lsusb -t; lsblk -o NAME,MODEL,TRAN,MOUNTPOINTS; sudo dmesg | grep -i usb | tail -50",
      risk: "safe",
    },
    {
      text: "If it is a disk, copy what matters from it as soon as it answers.",
      command: "sudo rsync -aHAX --one-file-system / /media/usb/backup/",
      risk: "backup",
    },
    {
      text: "Plug it into another port with another cable, or into a hub with a supply of its own. A device that no machine sees is broken.",
      risk: "change",
    },
  ],
  references: ["https://www.kernel.org/doc/html/latest/driver-api/usb/"],
  needs: ["kernel-log"],
  evaluate: (view) => [...byPort(view)].flatMap(([port, said]) => draftFor(view, port, said)),
  cases: {
    fires: [
      {
        "dmesg.txt": [
          "[   60.100000] usb 3-1.2: device descriptor read/64, error -71",
          "[   61.100000] usb 3-1-port2: unable to enumerate USB device",
        ].join("\n"),
      },
      {
        "dmesg.txt": [
          "[    2.100000] usb 3-1.2: New USB device found, idVendor=0bda, idProduct=9210, bcdDevice= 1.00",
          "[    2.200000] usb-storage 3-1.2:1.0: USB Mass Storage device detected",
          "[   60.100000] usb 3-1.2: device not accepting address 4, error -110",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "dmesg.txt": [
          "[   60.100000] usb 3-1.2: device descriptor read/64, error -71",
          "[   62.100000] usb 3-1.2: New USB device found, idVendor=0bda, idProduct=8153, bcdDevice=30.00",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
