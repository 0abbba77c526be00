/**
 * The collector's own account of a bundle (collector/README.md): `manifest/plan.json` names the steps, each step ends
 * with its record `manifest/steps/<NNN>-<id>.json`, and `manifest.json` repeats all of it with both clock readings. Any
 * subset is enough; by hand, `{"host":"k1","collectedAt":"2017-11-05T06:08:00Z"}` is one too.
 */
import type { Custody, StepRecord } from "../model/artifact.ts";
import { createFields, isRecord, type Fields } from "./manifest-fields.ts";
import { createWarnings, type ManifestWarning } from "./manifest-warnings.ts";

/** A reading of the node's clocks, as written. `uptime` is in seconds. */
export interface ClockReading {
  wall: string | null;
  zone: string | null;
  /** Offset of the zone, such as `+0100`. */
  offset: string | null;
  uptime: number | null;
  bootId: string | null;
  synchronized: boolean | null;
  rtc: boolean | null;
  fakeHwclock: string | null;
}

/** A member that a step says it left in the bundle. */
export interface ManifestItem {
  path: string;
  step: string;
  sha256: string | null;
  /** Null where the record gives no size of its own. */
  bytes: number | null;
}

export interface BundleManifest {
  host: string | null;
  /** ISO 8601, as written. */
  collectedAt: string | null;
  zone: string | null;
  /** Nothing is missing: `manifest.json` is there, says so, and every planned step has its record. */
  complete: boolean;
  /** The collector was ended by a signal. */
  interrupted: boolean;
  /** In the order of the plan. Paths are those of the artifacts in this bundle. */
  steps: StepRecord[];
  /** `manifest.json` is there, so that the steps and items are all there are. */
  whole: boolean;
  /** Outputs, what went to stderr, and files, as far as records tell of them. */
  items: ManifestItem[];
  start: ClockReading | null;
  end: ClockReading | null;
  /** Time of the machine that received the bundle, as written, when it was handed to the collector. */
  laptopClock: string | null;
  collectorVersion: string | null;
  warnings: ManifestWarning[];
}

/** Who collected a bundle, and by which clocks: null where the manifest does not say. */
export function custodyOf(manifest: BundleManifest | null, rtcLost = false): Custody | null {
  if (manifest === null) return null;
  const { host, collectorVersion, collectedAt, laptopClock, start, end } = manifest;
  const ran = start?.uptime != null && end?.uptime != null ? Math.round((end.uptime - start.uptime) * 100) / 100 : null;
  return {
    host,
    collectorVersion,
    collectedAt,
    zone: manifest.zone,
    synchronized: start?.synchronized ?? null,
    rtc: start?.rtc ?? null,
    ...(rtcLost ? { rtcLost } : {}),
    laptopClock,
    seconds: ran,
    interrupted: manifest.interrupted,
  };
}

export interface ManifestReader {
  /** Takes a member whose path `isManifestPath` knows. Never throws on its content. */
  add(path: string, chunks: AsyncIterable<Buffer>): Promise<void>;
  /** What is known so far; null when no manifest was seen. */
  result(): BundleManifest | null;
}

const MANIFEST_PATH = /^((?:[^/]+\/)?)(manifest\.json|manifest\/plan\.json|manifest\/steps\/[^/]+\.json)$/;
const MAX_BYTES = 32 * 1024 * 1024;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/;

/** True for the members that hold the manifest, at the top of the bundle or in its only top directory. */
export function isManifestPath(path: string): boolean {
  return MANIFEST_PATH.test(path);
}

/** Gathers a manifest from its members, in any order. */
export function createManifestReader(): ManifestReader {
  const steps = new Map<string, StepRecord>();
  const items = new Map<string, { list: ManifestItem[]; said: string }>();
  const warnings = createWarnings();
  let prefix: string | null = null;
  let whole: Fields | null = null;
  let cached: BundleManifest | null = null;

  function addSteps(fields: Fields, planned: boolean): void {
    for (const item of fields.list("steps")) {
      if (isRecord(item)) addStep(createFields(item, fields.warn), planned);
      else fields.warn("a step is not an object");
    }
  }

  function addStep(fields: Fields, planned: boolean): void {
    const step = stepOf(fields, prefix ?? "", planned);
    if (step === null) return fields.warn("a step has no id");
    const known = steps.get(step.id);
    if (planned && known !== undefined) return;
    if (!planned) addItems(step.id, fields);
    steps.set(step.id, {
      ...step,
      path: step.path ?? known?.path ?? null,
      command: step.command ?? known?.command ?? null,
    });
  }

  /** The collector calls nothing complete of which it knows that parts are missing. */
  function checkComplete(fields: Fields): void {
    if (fields.flag("complete") !== true) return;
    for (const { id, status } of steps.values()) {
      if (INCOMPLETE.has(status)) fields.warn(`the manifest says "complete", and step ${id} is ${status}`);
    }
  }

  /** The record beside the output and its copy in `manifest.json` say the same, unless one of them was changed. */
  function addItems(id: string, fields: Fields): void {
    const list = itemsOf(id, fields, prefix ?? "");
    const said = JSON.stringify([fields.status(), list]);
    const before = items.get(id);
    if (before !== undefined && before.said !== said) fields.warn(`step ${id} is told in two ways`);
    items.set(id, { list, said });
  }

  return {
    async add(path, chunks) {
      const [, directory = "", member = ""] = MANIFEST_PATH.exec(path) ?? [];
      const warn = (message: string): void => warnings.add(path, message);
      cached = null;
      prefix ??= directory;
      if (prefix !== directory)
        return warn(`a second manifest; the one in ${prefix === "" ? "the top" : prefix} is used`);
      const value = await readJson(chunks, warn);
      if (value === null) return;
      const fields = createFields(value, warn);
      if (member.startsWith("manifest/steps/")) addStep(fields, false);
      else addSteps(fields, member === "manifest/plan.json");
      if (member === "manifest.json") {
        whole = fields;
        checkComplete(fields);
      }
    },
    result() {
      if (prefix === null) return null;
      cached ??= assemble(
        whole,
        [...steps.values()],
        [...items.values()].flatMap(({ list }) => list),
        warnings.list,
      );
      return cached;
    },
  };
}

function assemble(
  whole: Fields | null,
  steps: StepRecord[],
  items: ManifestItem[],
  warnings: () => ManifestWarning[],
): BundleManifest {
  const start = whole === null ? null : clockOf(whole, "start");
  const collectedAt = whole?.text("collectedAt", ISO_TIME) ?? null;
  const interrupted = whole?.any("interrupted") ?? null;
  return {
    host: whole?.text("host") ?? null,
    collectedAt: collectedAt ?? start?.wall ?? null,
    zone: whole?.text("zone") ?? start?.zone ?? null,
    complete:
      whole !== null && whole.flag("complete") !== false && steps.every((step) => step.status !== "not-reached"),
    interrupted: typeof interrupted === "string" ? interrupted !== "" : interrupted === true,
    steps,
    whole: whole !== null,
    items,
    start,
    end: whole === null ? null : clockOf(whole, "end"),
    laptopClock: whole?.text("laptopClock") ?? null,
    collectorVersion: versionOf(whole),
    // Last: the fields above tell of what is wrong with them as they are read.
    warnings: warnings(),
  };
}

function versionOf(whole: Fields | null): string | null {
  const collector = whole?.record("collector");
  return collector?.text("version") ?? whole?.text("collectorVersion") ?? null;
}

function clockOf(whole: Fields, key: string): ClockReading | null {
  const fields = whole.record(key);
  if (fields === null) return null;
  return {
    wall: fields.text("wall"),
    zone: fields.text("zone"),
    offset: fields.text("offset"),
    uptime: fields.number("uptime"),
    bootId: fields.text("bootId"),
    synchronized: fields.flag("ntpSynchronized"),
    rtc: fields.flag("rtc"),
    fakeHwclock: fields.text("fakeHwclock"),
  };
}

function stepOf(fields: Fields, prefix: string, planned: boolean): StepRecord | null {
  const id = fields.text("id");
  if (id === null) return null;
  const path = fields.text("path");
  return {
    id,
    kind: fields.text("kind") ?? id,
    path: path === null ? null : prefix + path,
    command: fields.text("command"),
    status: planned ? "not-reached" : fields.status(),
    detail: planned ? null : detailOf(fields),
  };
}

/** The members that a record names: output and stderr, and each file that was taken. */
function itemsOf(step: string, fields: Fields, prefix: string): ManifestItem[] {
  const member = (path: string | null, sha256: string | null, bytes: number | null): ManifestItem[] =>
    path === null ? [] : [{ path: prefix + path, step, sha256, bytes }];
  const path = fields.memberName("path");
  const files = fields.records("files");
  const taken = files.reduce((sum, file) => sum + (file.number("bytes") ?? 0), 0);
  const output = (fields.number("bytes") ?? 0) - taken;
  return [
    ...(path === null || path.endsWith("/") || output <= 0 ? [] : member(path, fields.text("sha256"), output)),
    ...member(fields.memberName("stderr"), null, null),
    ...files.flatMap((file) => {
      const bytes = file.number("bytes");
      return bytes === null ? [] : member(file.memberName("path"), null, bytes);
    }),
  ];
}

const INCOMPLETE: ReadonlySet<string> = new Set(["timed-out", "stuck", "denied", "truncated"]);
const MAX_ERRORS_SHOWN = 3;

/** Why a step gave less than all: the collector's reason, the first paths that could not be read, what hung. */
function detailOf(fields: Fields): string | null {
  const parts: string[] = [];
  const reason = fields.text("reason") ?? fields.text("detail");
  if (reason !== null && reason !== "") parts.push(reason);
  const errors = fields.records("errors");
  for (const error of errors.slice(0, MAX_ERRORS_SHOWN)) {
    parts.push(`${error.text("path") ?? "?"}: ${error.text("errno") ?? "unknown error"}`);
  }
  if (errors.length > MAX_ERRORS_SHOWN) parts.push(`${errors.length - MAX_ERRORS_SHOWN} more paths`);
  for (const stuck of fields.records("stuck")) {
    const where = stuck.text("on") ?? stuck.text("wchan");
    const what = stuck.text("command") ?? "a process";
    parts.push(`${what} hung${where === null ? "" : ` at ${where}`}`);
  }
  return parts.length === 0 ? null : parts.join("; ");
}

async function readJson(
  chunks: AsyncIterable<Buffer>,
  warn: (message: string) => void,
): Promise<Record<string, unknown> | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      warn(`longer than ${MAX_BYTES} bytes, not read`);
      return null;
    }
    parts.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(
      Buffer.concat(parts)
        .toString("utf8")
        .replace(/^\ufeff/, ""),
    );
    if (isRecord(value)) return value;
    warn("not a manifest: no JSON object");
  } catch (error) {
    warn(`not JSON: ${error instanceof Error ? error.message.slice(0, 200) : "unreadable"}`);
  }
  return null;
}
