import type { DiskUsageFact, Fact } from "../model/fact.ts";
import type { EntityRef, Evidence } from "../model/rule.ts";
import type { RuleView } from "./types.ts";

const READ_ONLY_BY_NATURE = /^\/(?:snap|media|cdrom|mnt\/cdrom|sys|proc|dev|usr\/lib\/wsl|System|rom)(?:\/|$)/;
const NO_DISK =
  /^(?:\/dev\/loop\d|\/dev\/sr\d|squashfs|none|udev|devtmpfs|overlay|shm|tmpfs|log2ram|\/dev\/zram\d|cgroup|efivarfs|rootfs|drivers)/;

/** Rows of df that stand for a real, writable filesystem. */
export function realRows(view: RuleView, unit: DiskUsageFact["unit"]): Fact<"disk-usage">[] {
  return view.facts("disk-usage").filter(({ value }) => {
    if (value.unit !== unit || READ_ONLY_BY_NATURE.test(value.target) || NO_DISK.test(value.source)) return false;
    // FAT has no inodes to speak of.
    return unit === "bytes" || (value.size ?? 0) > 0;
  });
}

/** Directories in memory that a node cannot do without. */
const VITAL_MEMORY = /^\/(?:run|tmp|var\/log|var\/lib\/docker)$/;

/** `/var/run` is a link to `/run`. */
function realPath(path: string): string {
  return path.replace(/^\/var\/run(?=\/|$)/, "/run");
}

/** Whether a path lies under a directory. */
function isUnder(path: string, target: string): boolean {
  return target === "/" || path === target || path.startsWith(`${target}/`);
}

/** The row of df that a path lies on: the one with the longest mount point. Null when none is listed. */
export function rowOfPath(view: RuleView, path: string): Fact<"disk-usage"> | null {
  const rows = view.facts("disk-usage").filter(({ value }) => value.unit === "bytes");
  const own = rows.filter(({ value }) => isUnder(realPath(path), value.target));
  return own.toSorted((a, b) => b.value.target.length - a.value.target.length)[0] ?? null;
}

/** Full filesystems in memory: those that a node cannot do without, and those that a program could not write to. */
export function fullMemoryRows(view: RuleView, paths: string[]): Fact<"disk-usage">[] {
  const written = new Set(paths.map((path) => rowOfPath(view, path)));
  return view.facts("disk-usage").filter((fact) => {
    const { source, target, unit, percent, size } = fact.value;
    const inMemory = unit === "bytes" && /^(?:tmpfs|log2ram|zram\d+|\/dev\/zram\d+)$/.test(source);
    if (!inMemory || (size ?? 0) === 0 || (percent ?? 0) < 99) return false;
    return VITAL_MEMORY.test(target) || written.has(fact);
  });
}

/** `overlay` of a container's root stands for the disk below it: of use when nothing else was asked for. */
export function overlayRows(view: RuleView): Fact<"disk-usage">[] {
  return view.facts("disk-usage").filter(({ value }) => value.unit === "bytes" && value.source === "overlay");
}

/** A row of df as a sentence. */
export function describeRow({ value }: Fact<"disk-usage">): string {
  const { source, target, unit, percent, available } = value;
  const left = unit === "inodes" ? `${available ?? "?"} inodes left` : `${bytes(available ?? 0)} left`;
  return `${target} (${source}) ${percent ?? 100} % used, ${left}`;
}

/** Bytes for people, in powers of 1024. */
export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log(count) / Math.log(1024)), units.length - 1);
  return `${(count / 1024 ** power).toFixed(power > 2 ? 1 : 0)} ${units[power]}`;
}

export interface Eater {
  path: string;
  size: number;
  evidence: Evidence;
}

/** A file this big is worth a word on a disk that is full. */
const BIG = 256 * 1024 * 1024;

function sizeOf(text: string): number {
  const value = Number.parseFloat(text.replace(",", "."));
  return value * (text.endsWith("T") ? 1024 ** 4 : 1024 ** 3);
}

/** The biggest files and directories that any listing tells of; a directory is dropped for the file in it. */
export function eaters(view: RuleView): Eater[] {
  const lines = view.matches("file-size-line").map((match): Eater => {
    return {
      path: match.captures["path"] ?? "",
      size: sizeOf(match.captures["size"] ?? "0G"),
      evidence: match.first(),
    };
  });
  const listed = view.facts("directory-entry").flatMap((fact): Eater[] => {
    const { type, size, path } = fact.value;
    if (type !== "file" || size === null || size < BIG) return [];
    return [{ path, size, evidence: view.evidence(fact, `${path} ${bytes(size)}`) }];
  });
  const all = [...new Map([...lines, ...listed].map((eater) => [eater.path, eater])).values()];
  const ordered = all.toSorted((a, b) => b.size - a.size || (a.path < b.path ? -1 : 1));
  return ordered.filter(({ path }) => !ordered.some((other) => other.path.startsWith(`${path}/`)));
}

/** The container that a json-file log belongs to. */
export function containerOfLog(view: RuleView, path: string): EntityRef | null {
  const id = /\/containers\/([0-9a-f]{64})\//.exec(path)?.[1];
  return id === undefined ? null : view.resolve("container", id);
}

/** `7.0 GiB …-json.log of container a81c…`. */
export function describeEater(view: RuleView, { path, size }: Eater): string {
  const container = containerOfLog(view, path);
  if (!container) return `${path} (${bytes(size)})`;
  const title = view.title(container);
  const name = title === container.key ? container.key.slice(0, 12) : title;
  return `the json log of container ${name} (${bytes(size)})`;
}
