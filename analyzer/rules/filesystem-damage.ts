/**
 * A filesystem whose metadata contradicts itself: entries that cannot even be listed (`-?????????  ? ?  ? ? link`), the
 * errno EUCLEAN or EBADMSG for a path, the kernel's own words about it, and the error counters of the superblock. All that
 * is about one filesystem becomes one finding.
 */
import type { Fact } from "../model/fact.ts";
import type { EntityRef, Evidence, FindingDraft } from "../model/rule.ts";
import { recordKind } from "./_ext4-record.ts";
import { fillRemedy, shortId } from "./_fill.ts";
import { layerOfPath } from "../store/graph.ts";
import { pathEntities, usersOfLayer } from "./_layers.ts";
import { remedies } from "./_remedies.ts";
import { kindOf, repairSteps } from "./_repair.ts";
import { windowOf } from "./_time.ts";
import type { RuleView, StructuralRule } from "./types.ts";

interface DamagedPath {
  path: string;
  evidence: Evidence;
  /** The state at collection shows it, not a line of a log. */
  now: boolean;
  active: boolean | null;
}

const DAMAGE_ERRNO = new Set(["EUCLEAN", "EBADMSG"]);

function damagedPaths(view: RuleView): DamagedPath[] {
  const found: DamagedPath[] = [];
  for (const fact of view.facts("path-error")) {
    if (!DAMAGE_ERRNO.has(fact.value.errno ?? "")) continue;
    const text = `${fact.value.path}: ${fact.value.message}`;
    found.push({ path: fact.value.path, evidence: view.evidence(fact, text), now: true, active: true });
  }
  for (const fact of view.facts("directory-entry")) {
    if (fact.value.type !== "unreadable") continue;
    const text = `${fact.value.mode} ${fact.value.path}`;
    found.push({ path: fact.value.path, evidence: view.evidence(fact, text), now: true, active: true });
  }
  const [draft] = view.findings("structure-needs-cleaning");
  for (const match of view.matches("structure-needs-cleaning")) {
    const path = match.captures["path"];
    if (path) found.push({ path, evidence: match.first(), now: false, active: draft?.active ?? null });
  }
  // Where a container's layers would be mounted is named when one of them cannot be read: it is not damaged itself.
  const others = found.filter(({ path }) => !path.endsWith("/merged"));
  return others.length > 0 ? others : found;
}

/** The mount point, or the runtime's directory as the best that can be said without the mounts. */
function filesystemOf(view: RuleView, path: string): { target: string; device: string | null } {
  const mount = view.mountOf(path);
  if (mount) return { target: mount.target, device: mount.source };
  const above = /^(?:\/var\/lib\/[^/]+|\/[^/]+)/.exec(path)?.[0];
  return { target: above ?? path, device: null };
}

function describePaths(paths: string[]): string {
  const layers = new Map<string, Set<string>>();
  const others: string[] = [];
  for (const path of paths) {
    const layer = layerOfPath(path);
    if (layer === null) others.push(path);
    else layers.set(layer, (layers.get(layer) ?? new Set()).add(path.slice(path.lastIndexOf("/") + 1)));
  }
  const alike = new Map<string, string[]>();
  for (const [layer, files] of layers) {
    const whole = [layer, `${layer}-init`].some((directory) => files.has(directory));
    const what = whole ? "the whole directory" : [...files].sort().join(" and ");
    alike.set(what, [...(alike.get(what) ?? []), shortId(layer)]);
  }
  const named = [...alike].map(([what, ids]) => {
    const some = ids.length > 3 ? [...ids.slice(0, 3), `${ids.length - 3} more`] : ids;
    return `${what} of layer${ids.length > 1 ? "s" : ""} ${some.join(" and ")}`;
  });
  const all = [...named, ...others];
  return all.length > 4 ? `${all.slice(0, 4).join("; ")}; and ${all.length - 4} more` : all.join("; ");
}

/** What ext4 itself says of a device; of all devices when none is known by that name (`/dev/root`). */
function recordsOf(view: RuleView, device: string | null): Fact<"ext4">[] {
  const all = view.facts("ext4");
  const own = all.filter(({ value }) => value.device === device);
  return device !== null && own.length > 0 ? own : all;
}

/** The kernel's lines about a device; about all disks when it names none like it. */
function kernelLines(view: RuleView, device: string | null): FindingDraft[] {
  const name = device?.replace(/^\/dev\//, "");
  const of = (drafts: FindingDraft[]): FindingDraft[] => drafts.filter(({ subject }) => subject === name);
  const disks = view.findings("ext4-error");
  const others = [...view.findings("btrfs-corruption"), ...view.findings("xfs-corruption")];
  const own = [...of(disks), ...of(others), ...of(view.findings("ext4-error-image"))];
  if (device === null && disks.length === 0) return others;
  return own.length > 0 ? own : disks;
}

function counterEvidence(view: RuleView, records: Fact<"ext4">[]): Evidence[] {
  const clean = records.filter(({ value }) => {
    const sound = value.state === null || /^clean$/.test(value.state);
    return sound && (value.errorCount ?? 0) === 0 && value.firstErrorTime === null;
  });
  const sick = records.some(({ value }) => (value.errorCount ?? 0) > 0 || value.firstErrorTime !== null);
  return sick ? [] : clean.map((fact) => view.evidence(fact, `ext4 ${fact.value.source}: clean, no errors counted`));
}

function onset(view: RuleView, records: Fact<"ext4">[]): { evidence: Evidence; text: string } | null {
  for (const fact of records) {
    const at = view.factTime(fact, "firstErrorTime");
    if (!at) continue;
    const { firstErrorFunction, firstErrorInode, errorCount } = fact.value;
    const where = [firstErrorFunction && `in ${firstErrorFunction}`, firstErrorInode && `inode ${firstErrorInode}`];
    const last = view.factTime(fact, "lastErrorTime");
    const until = last ? ` up to ${isoTime(last.best)}` : "";
    const counted = errorCount === null ? "" : `; ext4's own counter had ${errorCount} errors${until}`;
    const text = `first ext4 error ${isoTime(at.best)} ${where.filter(Boolean).join(", ")}${counted}`;
    return { evidence: view.evidence(fact, text, at), text };
  }
  return null;
}

function isoTime(micros: number): string {
  return new Date(micros / 1000).toISOString().replace(".000Z", "Z");
}

/** What the count of the finding is made of; nothing to say when it is all of one kind. */
function countedFrom(paths: number, lines: number): { countedFrom: string } | null {
  if (paths === 0 || lines === 0) return null;
  const [line, report] = [lines === 1 ? "1 line" : `${lines} lines`, paths === 1 ? "1 report" : `${paths} reports`];
  return { countedFrom: `${line} of the kernel, ${report} of paths that cannot be read` };
}

/** What the state at collection shows counts most; a log that does not tell leaves it open. */
function stillDamaged(damaged: DamagedPath[], counted: boolean, clean: boolean): boolean | null {
  if (damaged.some(({ now }) => now)) return true;
  if (clean) return false;
  if (counted || damaged.some(({ active }) => active === true)) return true;
  return damaged.some(({ active }) => active === null) ? null : false;
}

function neededBy(view: RuleView, entities: EntityRef[]): string {
  const layers = entities.filter(({ kind }) => kind === "layer");
  const users = [...new Set(layers.flatMap((layer) => usersOfLayer(layer, view)))];
  const more = users.length > 4 ? `, and ${users.length - 4} more` : "";
  return users.length > 0 ? ` Needed by: ${users.slice(0, 4).join(", ")}${more}.` : "";
}

function draftFor(view: RuleView, target: string, device: string | null, damaged: DamagedPath[]): FindingDraft {
  const paths = [...new Set(damaged.map(({ path }) => path))].sort();
  const records = recordsOf(view, device);
  const first = onset(view, records);
  const kernel = kernelLines(view, device);
  const clean = counterEvidence(view, records);
  const evidence = [...kernel.flatMap((draft) => draft.evidence.slice(0, 1)), ...byPath(damaged)];
  const entities: EntityRef[] = [{ kind: "filesystem", key: target }, ...paths.flatMap((path) => pathEntities(path))];
  if (device) entities.push({ kind: "device", key: device.replace(/^\/dev\//, "") });
  for (const draft of kernel) entities.push(...draft.entities);
  const place = view.mountOf(target) ? `the filesystem at ${target}` : `the filesystem under ${target}`;
  const active = stillDamaged(damaged, first !== null, clean.length > 0);
  const [is, could] = active !== false ? ["is", "cannot"] : ["was", "could not"];
  const what = paths.length > 0 ? `${describePaths(paths)} ${could} be read` : "its metadata contradicts itself";
  const began = first ? ` Its own record: ${first.text}.` : "";
  const needed = neededBy(view, unique(entities));
  const lines = kernel.reduce((sum, draft) => sum + draft.count, 0);
  return {
    subject: target,
    title: `${capital(place)} ${is} damaged: ${what}`,
    summary: `${capital(place)}${device ? ` (${device})` : ""} ${is} damaged: ${what}.${began}${needed}`,
    confidence: "certain",
    window: windowOf([first?.evidence.at ?? null, ...evidence.map(({ at }) => at)]),
    active,
    count: damaged.length + lines,
    ...countedFrom(damaged.length, lines),
    evidence: first ? [first.evidence, ...evidence].slice(0, 10) : evidence.slice(0, 10),
    entities: unique(entities),
    weighs: paths.length > 0 ? [{ rule: "structure-needs-cleaning", subject: "" }] : [],
    counterEvidence: clean,
    remedy: fillRemedy(repairSteps(kindOf(view, target)), view, entities, device),
  };
}

/** For each path one line of a log and one of the state at collection. */
function byPath(damaged: DamagedPath[]): Evidence[] {
  const seen = new Set<string>();
  return damaged
    .filter(({ path, now }) => {
      const key = `${path} ${now}`;
      return seen.has(key) ? false : seen.add(key);
    })
    .map(({ evidence }) => evidence);
}

function unique(refs: EntityRef[]): EntityRef[] {
  return [...new Map(refs.map((ref) => [`${ref.kind}:${ref.key}`, ref])).values()];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function evaluate(view: RuleView): FindingDraft[] {
  const damaged = damagedPaths(view);
  const groups = new Map<string, { device: string | null; paths: DamagedPath[] }>();
  for (const entry of damaged) {
    const { target, device } = filesystemOf(view, entry.path);
    const group = groups.get(target) ?? { device, paths: [] };
    group.paths.push(entry);
    groups.set(target, group);
  }
  const contradicting = view.facts("ext4").filter((fact) => recordKind(fact.value) === "corruption");
  if (groups.size === 0 && onset(view, contradicting)) {
    const fact = contradicting.find(({ value }) => value.lastMountedOn !== null);
    groups.set(fact?.value.lastMountedOn ?? "/", { device: null, paths: [] });
  }
  return [...groups].map(([target, { device, paths }]) => draftFor(view, target, device, paths));
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "filesystem-damage",
  title: "A filesystem is damaged",
  passTitle: "No path was unreadable because of damaged metadata, and no filesystem counted errors",
  why: "A file whose metadata is damaged can be neither read nor replaced. Whatever needs it fails, and writing to a damaged filesystem may spread the damage.",
  layer: "filesystem",
  role: "cause",
  cause: "filesystem-corruption",
  severity: "critical",
  confidence: "certain",
  explains: [
    "layer:runtime-storage",
    "layer:runtime",
    "layer:kubelet",
    "layer:etcd",
    "layer:apiserver",
    "layer:workload",
    "layer:client",
  ],
  remedy: remedies["repair-filesystem"] ?? [],
  references: [
    "https://www.kernel.org/doc/html/latest/filesystems/ext4/",
    "https://man7.org/linux/man-pages/man8/e2fsck.8.html",
  ],
  refutedBy: ["ext4-superblock"],
  needs: ["layer-listing", "ext4-superblock"],
  evaluate,
  cases: {
    fires: [
      {
        "listing.txt": [
          "ls: cannot access /var/lib/docker/overlay2/77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa/link: Structure needs cleaning",
          "/var/lib/docker/overlay2/77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa77aa:",
          "total 8",
          "drwx------ 4 root root 4096 Jan  3 10:00 .",
          "drwx------ 9 root root 4096 Jan  3 10:00 ..",
          "drwxr-xr-x 2 root root 4096 Jan  3 10:00 diff",
          "-????????? ? ?    ?       ?            ? link",
        ].join("\n"),
      },
    ],
    quiet: [
      {
        "listing.txt": [
          "ls: cannot access /var/lib/docker/overlay2/none: No such file or directory",
          "/var/lib/docker/overlay2:",
          "total 8",
          "drwx------ 4 root root 4096 Jan  3 10:00 .",
          "drwx------ 9 root root 4096 Jan  3 10:00 ..",
          "drwx------ 2 root root 4096 Jan  3 10:00 l",
        ].join("\n"),
      },
    ],
  },
};

export default rule;
