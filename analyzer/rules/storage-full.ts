/** A filesystem that is full: what df says, what programs were told (ENOSPC), and who fills it as far as a list tells. */
import type { Fact } from "../model/fact.ts";
import type { EntityRef, Evidence, FindingDraft, RemedyStep } from "../model/rule.ts";
import type { Eater } from "./_disk-full.ts";
import {
  bytes,
  containerOfLog,
  describeEater,
  describeRow,
  eaters,
  fullMemoryRows,
  overlayRows,
  realRows,
  rowOfPath,
} from "./_disk-full.ts";
import { shellWord } from "./_fill.ts";
import { stillActive, windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** Nothing can be written: root may still use the blocks that ext4 keeps for it. */
function isFull({ value }: Fact<"disk-usage">): boolean {
  if ((value.size ?? 1) === 0) return false;
  return (
    (value.percent ?? 0) >= 100 || (value.available !== null && value.available <= 0 && (value.percent ?? 100) >= 95)
  );
}

const SYSTEM = /^\/(?:$|var(?:$|\/)|home$|data|srv|mnt|opt|tmp|run\/?$|etc)/;

function told(view: RuleView): { evidence: Evidence; last: Evidence; count: number }[] {
  const lines = view
    .matches("no-space-left")
    .map((match) => ({ evidence: match.first(), last: match.last(), count: match.count }));
  const facts = view
    .facts("path-error")
    .filter(({ value }) => value.errno === "ENOSPC" && !/^\/(?:sys|proc|dev)\//.test(value.path))
    .map((fact) => {
      const evidence = view.evidence(fact, `${fact.value.path}: ${fact.value.message}`);
      return { evidence, last: evidence, count: 1 };
    });
  return lines.length > 0 ? lines : facts;
}

function toldPaths(view: RuleView): string[] {
  const facts = view.facts("path-error").filter(({ value }) => value.errno === "ENOSPC");
  const lines = view.matches("no-space-left").flatMap(({ captures }) => captures["path"] ?? []);
  return [...lines, ...facts.map(({ value }) => value.path)].slice(0, 50);
}

/** A filesystem in memory that is full: df shows room on the disk all the while. */
function memoryDraft(view: RuleView, rows: Fact<"disk-usage">[]): FindingDraft {
  const said = told(view);
  const described = rows.map((row) => describeRow(row)).join("; ");
  const target = rows[0]?.value.target ?? "/run";
  return {
    subject: target,
    title: `A filesystem in memory is full: ${described}`,
    summary: `${described}; this is memory, not the disk. ${said.length > 0 ? "Programs are told “no space left on device”." : "Whatever is to be written there fails."}`,
    confidence: "certain",
    severity: "critical",
    window: windowOf(said.flatMap(({ evidence: first, last }) => [first.at, last.at])),
    active: true,
    openStart: true,
    count: Math.max(1, said.length),
    evidence: [
      ...rows.map((row) => view.evidence(row, describeRow(row))),
      ...said.slice(0, 3).map(({ evidence }) => evidence),
    ],
    entities: [],
    remedy: [
      {
        text: "See what fills it, and whether deleted files are still held open.",
        command: `df -h; sudo du -xh -d 3 ${shellWord(target)} 2>/dev/null | sort -h | tail -20; sudo lsof +L1 2>/dev/null | head`,
        risk: "safe",
      },
      {
        text: "Copy what is still wanted to the disk: a reboot empties it.",
        command: `sudo tar -C ${shellWord(target)} -czf /root/memory.tar.gz .`,
        risk: "backup",
      },
      {
        text: "Take away what is not needed, or give it more room until the next start (for log2ram: SIZE in /etc/log2ram.conf).",
        command: `sudo mount -o remount,size=<size> ${shellWord(target)}`,
        risk: "change",
      },
    ],
  };
}

function remedyFor(target: string, big: Eater[], view: RuleView): RemedyStep[] {
  const logs = big.filter(({ path }) => containerOfLog(view, path) !== null).slice(0, 3);
  const truncate: RemedyStep[] = logs.map(({ path, size }) => ({
    text: `Empty the log of the container in place (${bytes(size)}); a file that is deleted while it is open gives nothing back.`,
    command: `sudo truncate -s 0 ${shellWord(path)}`,
    risk: "change",
  }));
  const limit: RemedyStep = {
    text: "Let docker rotate the logs from now on (log-opts max-size and max-file in /etc/docker/daemon.json; it holds for containers that are created anew).",
    command: `{"log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "3"}}`,
    risk: "change",
  };
  return [
    {
      text: "See what fills it, and whether deleted files are still held open.",
      command: `df -h; df -i; sudo du -xh -d 3 ${shellWord(target)} 2>/dev/null | sort -h | tail -20; sudo lsof +L1 2>/dev/null | head`,
      risk: "safe",
    },
    {
      text: "Copy logs that are still wanted to another machine before they are emptied.",
      command: "sudo tar -C /var/log -czf - . | ssh <other machine> 'cat > logs.tar.gz'",
      risk: "backup",
    },
    ...truncate,
    {
      text: "Take away what can be made again: old journals, the package cache, images and build caches that no container uses.",
      command: "sudo journalctl --vacuum-size=200M; sudo apt-get clean; docker system df; docker image prune -a",
      risk: "change",
    },
    ...(logs.length > 0 ? [limit] : []),
    {
      text: "Then start again what had stopped.",
      command: "systemctl --failed; sudo systemctl reset-failed; sudo systemctl start docker kubelet 2>/dev/null",
      risk: "change",
    },
  ];
}

function fullDraft(view: RuleView, rows: Fact<"disk-usage">[]): FindingDraft {
  const ordered = rows.toSorted((a, b) => a.value.target.length - b.value.target.length);
  const [row] = ordered as [Fact<"disk-usage">];
  const said = told(view);
  const { value } = row;
  const big = eaters(view).filter(
    ({ path }) => view.mountOf(path) === null || view.mountOf(path)?.target === value.target,
  );
  const top = big.slice(0, 3).map((eater) => describeEater(view, eater));
  const logs = big.filter(({ path }) => containerOfLog(view, path) !== null);
  const sum = logs.reduce((total, { size }) => total + size, 0);
  const biggest = top.length > 0 ? ` The biggest that a list tells of: ${top.join(", ")}.` : "";
  const together = logs.length > 1 ? ` The json logs of containers among them hold ${bytes(sum)} together.` : "";
  const others = ordered.slice(1).map((other) => describeRow(other));
  const programs = said.length > 0 ? " Programs are told “no space left on device”." : "";
  const system = SYSTEM.test(value.target);
  const evidence = [
    ...ordered.slice(0, 3).map((entry) => view.evidence(entry, describeRow(entry))),
    ...big.slice(0, 4).map((eater) => eater.evidence),
    ...said.slice(0, 3).map((entry) => entry.evidence),
  ];
  const entities: EntityRef[] = system ? [] : [{ kind: "filesystem", key: value.target }];
  return {
    subject: value.target,
    title: `The disk is full: ${describeRow(row)}`,
    summary: `The filesystem is full: ${describeRow(row)}${others.length > 0 ? `; also ${others.join("; ")}` : ""}.${biggest}${together}${programs}`,
    confidence: "certain",
    severity: system ? "critical" : "minor",
    window: windowOf(said.flatMap(({ evidence: first, last }) => [first.at, last.at])),
    active: true,
    // df shows a state; nobody knows since when.
    openStart: true,
    count: Math.max(1, said.length),
    evidence,
    entities,
    remedy: remedyFor(value.target, big, view),
  };
}

function saidDraft(view: RuleView): FindingDraft[] {
  const said = told(view);
  const [first] = said;
  if (!first) return [];
  const exhausted = realRows(view, "inodes").some(({ value }) => (value.percent ?? 0) >= 100);
  if (exhausted) return [];
  const count = said.reduce((sum, entry) => sum + entry.count, 0);
  const last = (said.at(-1) ?? first).last;
  const rows = realRows(view, "bytes");
  const written = [...new Set(toldPaths(view).map((path) => rowOfPath(view, path)))].filter((row) => row !== null);
  const [shown] = written.toSorted((a, b) => (b.value.percent ?? 0) - (a.value.percent ?? 0));
  const room = rows.filter(({ value }) => (value.percent ?? 100) < 95);
  const now =
    rows.length > 0 && room.length === rows.length ? room.map((row) => view.evidence(row, describeRow(row))) : [];
  const active = now.length > 0 ? false : (stillActive(first.evidence, last, count, view) ?? null);
  return [
    {
      subject: "",
      title: "Programs could not write: “no space left on device”",
      summary: `Programs were told “no space left on device” (ENOSPC), ${count === 1 ? "once" : `${count} times`}: a disk was full${now.length > 0 ? ", and has room again at the end" : ""}.${shown ? ` By df it lies on ${describeRow(shown)}.` : " Which one, and whether blocks or inodes ran out, df would tell."}`,
      confidence: "likely",
      window: windowOf(said.flatMap((entry) => [entry.evidence.at, entry.last.at])),
      active: active === false ? false : active,
      count,
      evidence: said.slice(0, 8).map((entry) => entry.evidence),
      entities: [],
      counterEvidence: now.slice(0, 2),
      remedy: remedyFor("/", eaters(view), view),
    },
  ];
}

function evaluate(view: RuleView): FindingDraft[] {
  const rows = realRows(view, "bytes");
  const full = (rows.length > 0 ? rows : overlayRows(view)).filter(isFull);
  const system = full.filter(({ value }) => SYSTEM.test(value.target));
  const memory = fullMemoryRows(view, toldPaths(view));
  const inMemory = memory.length > 0 ? [memoryDraft(view, memory)] : [];
  if (system.length > 0) return [fullDraft(view, system), ...inMemory];
  const drafts = full.length > 0 ? [fullDraft(view, full)] : [];
  if (memory.length > 0) return [...drafts, ...inMemory];
  return [...drafts, ...saidDraft(view)];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "storage-full",
  title: "A disk is full",
  passTitle: "No disk was full and no program was short of space",
  why: "On a full disk nothing can be written: databases stop, containers cannot be created, services end, and even the logs that would tell stay empty.",
  layer: "filesystem",
  role: "cause",
  cause: "storage-full",
  severity: "critical",
  confidence: "certain",
  explains: [
    "cause:disk-pressure",
    "cause:etcd-corruption",
    "cause:datastore-corruption",
    "cause:image-layer-corruption",
    "cause:runtime-state-corruption",
    "cause:image-unavailable",
    "layer:runtime-storage",
    "layer:runtime",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:workload",
    "layer:client",
  ],
  remedy: [],
  references: [
    "https://docs.docker.com/engine/logging/drivers/json-file/",
    "https://docs.docker.com/engine/manage-resources/pruning/",
  ],
  needs: ["disk-usage"],
  evaluate,
  cases: {
    fires: [
      {
        "df.txt": [
          "Filesystem      Size  Used Avail Use% Mounted on",
          "/dev/mmcblk0p2   29G   29G     0 100% /",
          "tmpfs           1.9G     0  1.9G   0% /dev/shm",
        ].join("\n"),
        "sizes.txt":
          "21G\t/var/lib/docker/containers/aa00bb11cc22dd33ee44ff5566778899aa00bb11cc22dd33ee44ff5566778899/aa00bb11cc22dd33ee44ff5566778899aa00bb11cc22dd33ee44ff5566778899-json.log\n",
      },
      {
        "df.txt": [
          "Filesystem      Size  Used Avail Use% Mounted on",
          "/dev/sda2       220G   18G  190G   9% /",
          "tmpfs           800M  800M     0 100% /run",
        ].join("\n"),
        "docker.txt": "write /var/run/docker/containerd/daemon/aa/config.json: no space left on device\n",
      },
      { "df.txt": "$ df -h | grep log\nlog2ram            128M  128M     0 100% /var/log\n" },
      { "docker.txt": "docker: write /var/lib/docker/tmp/x: no space left on device.\n" },
    ],
    quiet: [
      {
        "df.txt": [
          "Filesystem      Size  Used Avail Use% Mounted on",
          "/dev/mmcblk0p2   29G   12G   16G  43% /",
          "/dev/loop3       56M   56M     0 100% /snap/core18/2284",
          "overlay          29G   12G   16G  43% /var/lib/docker/overlay2/aa/merged",
          "/dev/sr0        1.2G  1.2G     0 100% /media/cdrom",
          "tmpfs           1.9G  1.9G     0 100% /dev/shm",
          "tmpfs           1.0M  1.0M     0 100% /run/credentials/systemd-journald.service",
        ].join("\n"),
      },
      { "kubelet.txt": "inotify_add_watch /etc/kubernetes: no space left on device\n" },
    ],
  },
};

export default rule;
