/**
 * Filesystems that misbehave, served by this process over /dev/fuse (linux/fuse.h, protocol 7.31): one that answers
 * nothing at all, and one that mirrors a directory but for some paths that never answer. Nothing in this process may
 * touch such a mount.
 */
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  writeSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";

const LOOKUP = 1;
const GETATTR = 3;
const READLINK = 5;
const OPEN = 14;
const READ = 15;
const RELEASE = 18;
const INIT = 26;
const OPENDIR = 27;
const READDIR = 28;
const RELEASEDIR = 29;
const INTERRUPT = 36;
const SILENT = new Set([2, 42]);
const ENOENT = 2;
const EINTR = 4;
const ENOSYS = 38;

/** Called with the path below the mount, "" for its root; true if a request about it is never answered. */
type Hangs = (path: string) => boolean;

/** Mounts a filesystem that answers the first request and takes, but never answers, all others. @returns its end */
export function silentMount(directory: string): () => Promise<void> {
  return serve(directory, (request) => (request.opcode === INIT ? init() : null));
}

/** Mounts a mirror of `source`. What hangs is let go when the process that waits for it gets a signal. @returns its end */
export function mirrorMount(source: string, directory: string, hangs: Hangs): () => Promise<void> {
  const mirror = new Mirror(source, hangs);
  return serve(directory, (request) => mirror.answer(request));
}

interface Request {
  opcode: number;
  unique: Buffer;
  node: number;
  body: Buffer;
}

/** A reply to another request than the one that was asked: the end of an interrupted one. */
interface Reply {
  error?: number;
  data?: Buffer;
  unique?: Buffer;
}

function serve(directory: string, answer: (request: Request) => Reply | null): () => Promise<void> {
  const fuse = openSync("/dev/fuse", constants.O_RDWR | constants.O_NONBLOCK);
  const options = "fd=3,rootmode=40000,user_id=0,group_id=0";
  const mounted = spawnSync("mount", ["-i", "-t", "fuse", "-o", options, "lab", directory], {
    stdio: ["ignore", "ignore", "pipe", fuse],
  });
  if (mounted.status !== 0) throw new Error(mounted.stderr.toString());
  const buffer = Buffer.alloc(1 << 17);
  let isOpen = true;
  // Not by a read that waits: each would hold one of the few threads that all reads of this process share.
  const poll = setInterval(() => {
    try {
      for (;;) {
        readSync(fuse, buffer);
        reply(fuse, requestIn(buffer), answer);
      }
    } catch (error) {
      // EAGAIN: nothing to do. ENOENT and EINTR: a request that was withdrawn. ENODEV: it was unmounted.
      if (["EAGAIN", "ENOENT", "EINTR"].includes((error as NodeJS.ErrnoException).code ?? "")) return;
      close();
    }
  }, 2);
  // Without its server nothing on the mount waits any longer: each request ends with an error, and so it can be unmounted.
  const close = (): void => {
    clearInterval(poll);
    if (isOpen) closeSync(fuse);
    isOpen = false;
  };
  const abandon = (): void => {
    close();
    spawnSync("umount", ["-l", directory]);
  };
  process.on("exit", abandon);
  let ended: Promise<void> | undefined;
  return () => {
    close();
    process.off("exit", abandon);
    return (ended ??= new Promise((resolve) => {
      spawn("umount", ["-l", directory], { stdio: "ignore" }).on("close", () => resolve());
    }));
  };
}

function requestIn(buffer: Buffer): Request {
  const length = buffer.readUInt32LE(0);
  return {
    opcode: buffer.readUInt32LE(4),
    unique: Buffer.from(buffer.subarray(8, 16)),
    node: Number(buffer.readBigUInt64LE(16)),
    body: Buffer.from(buffer.subarray(40, length)),
  };
}

function reply(fuse: number, request: Request, answer: (request: Request) => Reply | null): void {
  const given = SILENT.has(request.opcode) ? null : answer(request);
  if (given === null) return;
  const data = given.data ?? Buffer.alloc(0);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(16 + data.length, 0);
  header.writeInt32LE(-(given.error ?? 0), 4);
  (given.unique ?? request.unique).copy(header, 8);
  writeSync(fuse, Buffer.concat([header, data]));
}

function init(): Reply {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(7, 0);
  data.writeUInt32LE(31, 4);
  data.writeUInt32LE(4096, 20);
  return { data };
}

class Mirror {
  readonly #source: string;
  readonly #hangs: Hangs;
  readonly #paths = ["", ""];

  constructor(source: string, hangs: Hangs) {
    this.#source = source;
    this.#hangs = hangs;
  }

  answer({ opcode, node, body }: Request): Reply | null {
    if (opcode === INIT) return init();
    // The body names the request that is interrupted.
    if (opcode === INTERRUPT) return { error: EINTR, unique: body.subarray(0, 8) };
    const parent = this.#paths[node] ?? "";
    const path = opcode === LOOKUP ? join(parent, body.toString("latin1").replace(/\0.*$/s, "")) : parent;
    if (opcode !== LOOKUP && opcode !== GETATTR && this.#hangs(path)) return null;
    try {
      return this.#about(opcode, path, body);
    } catch {
      return { error: ENOENT };
    }
  }

  #about(opcode: number, path: string, body: Buffer): Reply {
    const full = join(this.#source, path);
    const offset = body.length >= 16 ? Number(body.readBigUInt64LE(8)) : 0;
    switch (opcode) {
      case LOOKUP:
        return { data: entry(this.#node(path), lstatSync(full)) };
      case GETATTR:
        return { data: Buffer.concat([Buffer.alloc(16), attributes(lstatSync(full))]) };
      case READLINK:
        return { data: Buffer.from(readlinkSync(full)) };
      case OPEN:
      case OPENDIR:
        return { data: Buffer.alloc(16) };
      case READ:
        return { data: readFileSync(full).subarray(offset, offset + body.readUInt32LE(16)) };
      case READDIR:
        return { data: offset === 0 ? listing(full) : Buffer.alloc(0) };
      case RELEASE:
      case RELEASEDIR:
        return {};
      default:
        return { error: ENOSYS };
    }
  }

  #node(path: string): number {
    const known = this.#paths.indexOf(path, 1);
    return known > 0 ? known : this.#paths.push(path) - 1;
  }
}

/** struct fuse_entry_out, of which nothing is cached. */
function entry(node: number, stats: Stats): Buffer {
  const head = Buffer.alloc(40);
  head.writeBigUInt64LE(BigInt(node), 0);
  return Buffer.concat([head, attributes(stats)]);
}

/** struct fuse_attr */
function attributes(stats: Stats): Buffer {
  const data = Buffer.alloc(88);
  const seconds = BigInt(Math.floor(stats.mtimeMs / 1000));
  [BigInt(stats.ino), BigInt(stats.size), BigInt(stats.blocks), seconds, seconds, seconds].forEach((value, i) =>
    data.writeBigUInt64LE(value, i * 8),
  );
  [stats.mode, stats.nlink, stats.uid, stats.gid, 0, 4096].forEach((value, i) => data.writeUInt32LE(value, 60 + i * 4));
  return data;
}

/** struct fuse_dirent, one after the other; all fit into one page. */
function listing(directory: string): Buffer {
  const names = readdirSync(directory, { withFileTypes: true });
  return Buffer.concat(
    names.map((item, i) => {
      const name = Buffer.from(item.name);
      const head = Buffer.alloc(24);
      head.writeBigUInt64LE(BigInt(i + 100), 0);
      head.writeBigUInt64LE(BigInt(i + 1), 8);
      head.writeUInt32LE(name.length, 16);
      head.writeUInt32LE(item.isDirectory() ? 4 : item.isSymbolicLink() ? 10 : 8, 20);
      return Buffer.concat([head, name, Buffer.alloc((8 - (name.length % 8)) % 8)]);
    }),
  );
}
