import type { TimeReading } from "./time.ts";
import type { JournalEndFact, ZoneNameFact, ZoneProbeFact } from "./zone-facts.ts";

/** An errno name, or null when the text was not recognised. */
export type ErrnoName = string;

export interface PodName {
  name: string;
  namespace: string;
  uid: string;
  container: string;
  /** The kubelet's attempt number, the last part of the docker name. */
  attempt: number;
  sandbox: boolean;
}

export interface ContainerFact {
  /** Full id, or the prefix that was printed. */
  id: string;
  name: string | null;
  image: string | null;
  imageId: string | null;
  command: string | null;
  /** running, exited, created, restarting, paused, dead, removing; null when the table did not say. */
  state: string | null;
  /** The status column as printed: `Exited (255) 3 days ago`. */
  status: string | null;
  exitCode: number | null;
  /** ISO with zone as written by the runtime; null for its zero time. */
  created: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  /** Ages as printed by `docker ps`: `3 days ago`, `About an hour ago`, `9 days`. */
  createdAge: string | null;
  stateAge: string | null;
  error: string | null;
  oomKilled: boolean | null;
  restartCount: number | null;
  pod: PodName | null;
  sandboxId: string | null;
  /** overlay2 directory ids, writable one first. */
  layers: string[];
  logPath: string | null;
  /** Lines that tell the state and the times, where that is another line than the fact's own. */
  places?: FieldPlaces;
}

/** Where values of a fact stand in its artifact, by the names of their fields. */
export type FieldPlaces = Partial<Record<string, { line: number; byteOffset: number; byteLength: number }>>;

export interface PathErrorFact {
  path: string;
  /** stat, open, read, readdir, readlink, unlink …; null when not said. */
  operation: string | null;
  errno: ErrnoName | null;
  /** The text after the path, as printed. */
  message: string;
  /** Container id or name that the command asked for, when its command line is known: `docker logs <id>`. */
  container?: string;
}

export interface DirectoryEntryFact {
  path: string;
  /** `directory`, `file`, `symlink`, `other`, or `unreadable` for a `-?????????` row. */
  type: "directory" | "file" | "symlink" | "other" | "unreadable";
  mode: string;
  size: number | null;
  inode: number | null;
  modified: TimeReading | null;
  target: string | null;
}

export interface LayerFileFact {
  layer: string;
  file: "link" | "lower" | "committed";
  /** Null when the file could not be read; empty when it is empty. */
  content: string | null;
}

export interface LayerDatabaseFact {
  /** `mount`: a container's layers; `layer`: an image layer by chain id. */
  record: "mount" | "layer";
  /** Container id or chain id (`sha256:…`). */
  owner: string;
  file: string;
  content: string;
}

export interface ImageFact {
  id: string;
  tags: string[];
  /** overlay2 directory ids, top first; empty when not known. */
  layers: string[];
}

export interface MountFact {
  source: string;
  target: string;
  type: string;
  options: string[];
}

export interface DiskUsageFact {
  source: string;
  target: string;
  unit: "bytes" | "inodes";
  size: number | null;
  used: number | null;
  available: number | null;
  percent: number | null;
}

/** Of `dumpe2fs -h` or `tune2fs -l`, and of /sys/fs/ext4/<device>: absent values are null, never zero. */
export interface Ext4Fact {
  device: string | null;
  source: "superblock" | "sysfs";
  state: string | null;
  lastMountedOn: string | null;
  errorsBehaviour: string | null;
  errorCount: number | null;
  firstErrorTime: TimeReading | null;
  firstErrorFunction: string | null;
  firstErrorInode: number | null;
  firstErrorCode: string | null;
  lastErrorTime: TimeReading | null;
  lastErrorFunction: string | null;
  lastErrorInode: number | null;
  lastErrorCode: string | null;
  lastChecked: TimeReading | null;
  lastMounted: TimeReading | null;
  mountCount: number | null;
  /** Lines of the times, where that is another line than the fact's own. */
  places?: FieldPlaces;
}

export interface ClockFact {
  /** `collection`: the clock when the bundle was made. */
  reading: "collection" | "end" | "rtc" | "fake-hwclock" | "uptime" | "boot-start";
  time: TimeReading | null;
  /** Seconds since boot, for `uptime`. */
  seconds: number | null;
  zone: string | null;
  bootId: string | null;
  synchronized: boolean | null;
}

export interface NodeFact {
  host: string | null;
  model: string | null;
  os: string | null;
  kernel: string | null;
  runtime: string | null;
  kubernetes: string | null;
}

export interface BootFact {
  id: string;
  /** -1 = the boot before the last. */
  index: number;
  /** Id of the machine that booted; null when it is not said. */
  machine: string | null;
  first: TimeReading | null;
  last: TimeReading | null;
}

export interface SocketFact {
  protocol: string;
  address: string;
  port: number;
  process: string | null;
}

export interface UnitFact {
  unit: string;
  active: string | null;
  sub: string | null;
  since: TimeReading | null;
  result: string | null;
}

export interface PodLogFact {
  /** Pod uid of the directory the log lies in. */
  uid: string;
  pod: string | null;
  namespace: string | null;
  container: string;
  attempt: number;
  /** Container id, when a link in /var/log/containers or the file name says it. */
  containerId: string | null;
  path: string;
  /** True when lines of this log are in the bundle, false when only its name is. */
  collected: boolean;
}

export interface StaticPodFact {
  name: string;
  namespace: string;
  image: string | null;
  path: string;
  /** host:port pairs it listens on, as far as its flags say. */
  endpoints: string[];
}

/** What `kubeadm certs check-expiration` or `openssl x509` tells of one certificate. */
export interface CertificateFact {
  /** kubeadm's name (`apiserver`, `admin.conf`) or the file's. */
  name: string;
  /** Null when only its name was printed. */
  path: string | null;
  subject: string | null;
  issuer: string | null;
  notBefore: TimeReading | null;
  notAfter: TimeReading | null;
  /** True for an authority that signs others. */
  authority: boolean;
  /** kubeadm's own word that the time has passed (`<invalid>`), by the clock of the node. */
  invalid: boolean;
}

/** A binary journal: what its header promises, and what could be read. Key: the path. */
export interface JournalFileFact {
  fileId: string;
  machineId: string;
  /** `online`: it was open when it was copied, or when the power went. */
  state: "offline" | "online" | "archived" | "unknown";
  /** Null when the header is damaged. */
  promised: number | null;
  /** Entries of the file's own list, and those found beside it. */
  read: number;
  recovered: number;
  lost: number;
  /** Entries with a part that fails its checksum or breaks the order. */
  damaged: number;
  /** First and last sequence number of stretches that are missing where the file is damaged. */
  lostRanges: [number, number][];
  /** Byte where the first damage is; null for none. */
  damagedAt: number | null;
}

/** The value of each kind of fact. A new kind is one line here and one parser that emits it. */
export interface FactValues {
  container: ContainerFact;
  "path-error": PathErrorFact;
  "directory-entry": DirectoryEntryFact;
  "layer-file": LayerFileFact;
  "layer-database": LayerDatabaseFact;
  image: ImageFact;
  mount: MountFact;
  "disk-usage": DiskUsageFact;
  ext4: Ext4Fact;
  clock: ClockFact;
  node: NodeFact;
  boot: BootFact;
  socket: SocketFact;
  unit: UnitFact;
  "pod-log": PodLogFact;
  "static-pod": StaticPodFact;
  certificate: CertificateFact;
  "zone-probe": ZoneProbeFact;
  "zone-name": ZoneNameFact;
  "journal-end": JournalEndFact;
  "journal-file": JournalFileFact;
}

export type FactKind = keyof FactValues;

/** A fact as the store gives it back. */
export interface Fact<K extends FactKind = FactKind> {
  id: number;
  kind: K;
  key: string;
  value: FactValues[K];
  artifact: string;
  line: number;
  byteOffset: number;
  byteLength: number;
}
