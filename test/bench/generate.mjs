// Writes the bundle of a busy, failing node: one journal and several container logs, always the same bytes for the same
// number of lines. The shapes are those of real nodes: floods of one error, and lines that each name another id.
import { closeSync, createReadStream, createWriteStream, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import tar from "tar-stream";
import { random } from "../helpers/random.mjs";

const HOST = "pi-master";
const START = Date.UTC(2026, 1, 20) * 1000;
const SPAN = 9 * 86_400 * 1_000_000;
const COLLECTED_AT = "2026-03-01T00:00:00Z";
/** Seven of ten lines are the journal's, as in captures of real nodes. */
const JOURNAL_SHARE = 0.7;

function createRandom(seed) {
  const next = random(seed);
  const below = (limit) => Math.floor(next() * limit);
  const hex = (length) => {
    let text = "";
    while (text.length < length) text += below(0x1_0000_0000).toString(16).padStart(8, "0");
    return text.slice(0, length);
  };
  return { next, below, hex, pick: (list) => list[below(list.length)] };
}

const pad = (number, width) => String(number).padStart(width, "0");

function uuid(random) {
  return `${random.hex(8)}-${random.hex(4)}-${random.hex(4)}-${random.hex(4)}-${random.hex(12)}`;
}

/** What each process says: `[weight, line]`, a line being made from the random source, the names and the time. */
function createTalk(random) {
  const pods = Array.from({ length: 24 }, (_, index) => ({
    name: `${random.pick(["web", "api", "queue", "cache", "report"])}-${random.hex(10)}-${random.hex(5)}`,
    uid: uuid(random),
    container: random.hex(64),
    index,
  }));
  const layers = Array.from({ length: 40 }, () => random.hex(64));
  const pod = () => random.pick(pods);
  const apiserver = "https://192.168.1.51:6443";
  const refused = "dial tcp 192.168.1.51:6443: connect: connection refused";
  const kubelet = (letter, at, source, text) => `kubelet[310]: ${letter}${klogTime(at)}     310 ${source}] ${text}`;
  const dockerd = (level, at, text, more = "") =>
    `dockerd[339]: time="${nanoTime(at)}" level=${level} msg="${text}"${more}`;
  const lookup = (kind, query) =>
    `Failed to watch *v1.${kind}: failed to list *v1.${kind}: Get "${apiserver}/api/v1/${query}": ${refused}`;
  return {
    pods,
    journal: [
      [26, (at) => kubelet("E", at, "kubelet.go:2243", `node "${HOST}" not found`)],
      [
        5,
        (at) =>
          kubelet(
            "E",
            at,
            "reflector.go:138",
            `k8s.io/client-go/informers/factory.go:134: ${lookup("Node", `nodes?fieldSelector=metadata.name%3D${HOST}&limit=500&resourceVersion=0`)}`,
          ),
      ],
      [
        5,
        (at) =>
          kubelet(
            "E",
            at,
            "reflector.go:138",
            `k8s.io/client-go/informers/factory.go:134: ${lookup("Service", "services?limit=500&resourceVersion=0")}`,
          ),
      ],
      [
        6,
        (at) => {
          const { name, uid } = pod();
          const text = `failed to "StartContainer" for "main" with CrashLoopBackOff: "back-off 5m0s restarting failed container=main pod=${name}_default(${uid})"`;
          return kubelet(
            "E",
            at,
            "pod_workers.go:191",
            `Error syncing pod ${uid} ("${name}_default(${uid})"), skipping: ${text}`,
          );
        },
      ],
      [
        8,
        (at) =>
          kubelet(
            "W",
            at,
            "status_manager.go:566",
            `Failed to update status for pod "${pod().name}_default(${uuid(random)})": patch \\"status\\" rejected at resourceVersion ${random.below(90_000_000)}`,
          ),
      ],
      [
        5,
        (at) =>
          kubelet(
            "I",
            at,
            "kubelet.go:1898",
            `SyncLoop (PLEG): "${pod().name}_default", event: &pleg.PodLifecycleEvent{ID:"${uuid(random)}", Type:"ContainerDied", Data:"${random.hex(64)}"}`,
          ),
      ],
      [
        6,
        (at) =>
          kubelet(
            "I",
            at,
            "operation_generator.go:672",
            `MountVolume.SetUp succeeded for volume "default-token-${random.hex(5)}" (UniqueName: "kubernetes.io/secret/${uuid(random)}-default-token") pod "${pod().name}"`,
          ),
      ],
      [
        1,
        (at) =>
          kubelet(
            "E",
            at,
            "event.go:273",
            `Unable to write event: 'Patch "${apiserver}/api/v1/namespaces/default/events/${pod().name}.${random.hex(16)}": ${refused}' (may retry after sleeping)`,
          ),
      ],
      [
        5,
        (at) => {
          const id = random.hex(64);
          return dockerd(
            "info",
            at,
            "ignoring event",
            ` container=${id} module=libcontainerd namespace=moby topic=/tasks/delete type="*events.TaskDelete"`,
          );
        },
      ],
      [
        4,
        (at) =>
          dockerd("warning", at, `Health check for container ${pod().container} error: context deadline exceeded`),
      ],
      [
        5,
        (at) =>
          dockerd(
            "error",
            at,
            `Handler for GET /v1.40/containers/${random.hex(64)}/json returned error: No such container: ${random.hex(12)}`,
          ),
      ],
      [3, (at) => dockerd("error", at, `stream copy error: reading from a closed fifo`)],
      [4, () => `systemd[1]: var-lib-docker-overlay2-${random.pick(layers)}-merged.mount: Deactivated successfully.`],
      [
        4,
        () =>
          `systemd[1]: run-docker-runtime\\x2drunc-moby-${random.hex(64)}-runc.${random.hex(6)}.mount: Deactivated successfully.`,
      ],
      [4, () => `systemd[1]: Started Session ${random.below(100_000)} of User pi.`],
      [
        5,
        (at) =>
          `kernel: ${bootTime(at)}docker0: port ${1 + random.below(24)}(veth${random.hex(7)}) entered blocking state`,
      ],
      [5, (at) => `kernel: ${bootTime(at)}eth0: renamed from veth${random.hex(7)}`],
      [
        1,
        (at) =>
          `kernel: ${bootTime(at)}EXT4-fs error (device mmcblk0p2): ext4_lookup:1862: inode #${random.below(64) + 262_144}: comm dockerd: deleted inode referenced: ${random.below(32) + 262_572}`,
      ],
      [6, (at) => `kernel: ${bootTime(at)}mmc0: Timeout waiting for hardware interrupt.`],
      [8, () => `CRON[${300 + random.below(32_000)}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)`],
    ],
    containers: [
      [
        20,
        (at) =>
          `192.168.1.${random.below(250)} - - [${new Date(at / 1000).toUTCString().slice(5, 25)} +0000] "GET /api/items/${random.hex(12)}?page=${random.below(40)} HTTP/1.1" ${random.pick([200, 200, 200, 304, 404, 502])} ${random.below(90_000)} "-" "kube-probe/1.20"`,
      ],
      [
        10,
        (at) =>
          `${isoTime(at).slice(0, 10)} ${isoTime(at).slice(11, 26)} W | etcdserver: read-only range request "key:\\"/registry/leases/kube-node-lease/${HOST}\\" " with result "range_response_count:1 size:${400 + random.below(200)}" took too long (${100 + random.below(900)}.${pad(random.below(1_000_000), 6)}ms) to execute`,
      ],
      [
        12,
        (at) =>
          `E${klogTime(at)}       1 leaderelection.go:325] error retrieving resource lock kube-system/kube-scheduler: Get "${apiserver}/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler?timeout=10s": ${refused}`,
      ],
      [
        10,
        (at) =>
          `I${klogTime(at)}       1 trace.go:205] Trace[${random.below(2_000_000_000)}]: "Get" url:/api/v1/namespaces/default/pods/${pod().name},user-agent:kubelet/v1.20.2 (total time: ${500 + random.below(4000)}ms)`,
      ],
      [
        10,
        () =>
          `{"level":"warn","msg":"retrying connection","attempt":${random.below(40)},"backend":"db-${random.below(3)}"}`,
      ],
      [16, () => `ERROR: could not write to file "pg_wal/xlogtemp.${random.below(64)}": No space left on device`],
      [
        6,
        (at) =>
          `time="${nanoTime(at)}" level=info msg="request served" id=${random.hex(16)} path=/v2/blobs/sha256:${random.hex(64)} status=200`,
      ],
    ],
  };
}

function isoTime(at) {
  return `${new Date(Math.floor(at / 1000)).toISOString().slice(0, 23)}${pad(at % 1000, 3)}`;
}

function klogTime(at) {
  const iso = isoTime(at);
  return `${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11)}`;
}

function nanoTime(at) {
  return `${isoTime(at)}${pad((at * 7) % 1000, 3)}Z`;
}

function bootTime(at) {
  const micros = at - START;
  return `[${String(Math.floor(micros / 1_000_000)).padStart(5)}.${pad(micros % 1_000_000, 6)}] `;
}

/** A list with each line maker as often as it weighs. */
function weighted(makers) {
  return makers.flatMap(([weight, make]) => Array.from({ length: weight }, () => make));
}

/** Writes text in portions; a stream per line would take minutes. */
function createFile(path) {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "w");
  let pending = [];
  let length = 0;
  const flush = () => {
    writeSync(file, pending.join(""));
    pending = [];
    length = 0;
  };
  return {
    line(text) {
      pending.push(text, "\n");
      length += text.length;
      if (length > 1 << 20) flush();
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}

/** Times rise over the span; each lies somewhere in its share of it. */
function timeOf(random, index, count) {
  const share = SPAN / count;
  return START + Math.floor((index + random.next()) * share);
}

function writeJournal(path, count, random, makers) {
  const file = createFile(path);
  for (let index = 0; index < count; index++) {
    const at = timeOf(random, index, count);
    file.line(`${isoTime(at)}+0000 ${HOST} ${random.pick(makers)(at)}`);
  }
  file.close();
}

function writeContainerLog(path, count, random, makers) {
  const file = createFile(path);
  for (let index = 0; index < count; index++) {
    const at = timeOf(random, index, count);
    const log = `${random.pick(makers)(at)}\n`;
    file.line(JSON.stringify({ log, stream: random.pick(["stdout", "stderr"]), time: nanoTime(at) }));
  }
  file.close();
}

async function pack(directory, paths, target) {
  const archive = tar.pack();
  const written = pipeline(archive, createGzip({ level: 6 }), createWriteStream(target));
  for (const path of paths) {
    const file = join(directory, path);
    const entry = archive.entry({ name: path, size: statSync(file).size, mtime: new Date(START / 1000) });
    await pipeline(createReadStream(file), entry);
  }
  archive.finalize();
  await written;
}

/**
 * Writes `<directory>/<host>/…` and `<directory>/bench.tar.gz`.
 * @returns {Promise<{ bundle: string, texts: string[], bytes: number }>} `texts` are the uncompressed logs
 */
export async function generate(directory, lines) {
  const random = createRandom(20_260_302);
  const talk = createTalk(random);
  const root = join(directory, HOST);
  const journal = "journal/journal.txt";
  const logs = talk.pods.slice(0, 6).map(({ uid, name }) => `var/log/pods/default_${name}_${uid}/main/0.log`);
  const manifest = createFile(join(root, "manifest.json"));
  manifest.line(
    JSON.stringify({ format: "coldcase-bundle", version: 1, host: HOST, collectedAt: COLLECTED_AT, zone: "UTC" }),
  );
  manifest.close();
  const inJournal = Math.round(lines * JOURNAL_SHARE);
  writeJournal(join(root, journal), inJournal, random, weighted(talk.journal));
  const makers = weighted(talk.containers);
  logs.forEach((path, index) => {
    const before = Math.round(((lines - inJournal) * index) / logs.length);
    const after = Math.round(((lines - inJournal) * (index + 1)) / logs.length);
    writeContainerLog(join(root, path), after - before, random, makers);
  });
  const bundle = join(directory, "bench.tar.gz");
  await pack(root, ["manifest.json", journal, ...logs], bundle);
  const texts = [journal, ...logs].map((path) => join(root, path));
  return { bundle, texts, bytes: texts.reduce((sum, path) => sum + statSync(path).size, 0) };
}
