import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { HostileCase } from "./case.ts";
import { ESCAPE, SEEN, WITNESS } from "./case.ts";
import { archive, base256, entry, pax, seal } from "./tar.ts";

const witness = entry({ name: "k1/journal.txt", content: WITNESS });
const named = (name: string | Buffer): Buffer => archive(entry({ name, content: "x\n" }), witness);

/** Paths and headers that want to be more than data. */
export const tarCases: readonly HostileCase[] = [
  {
    name: "tar: path with ..",
    make: () => named(`../../../../../../../../tmp/${ESCAPE}`),
    shows: [SEEN, `tmp/${ESCAPE}`],
  },
  { name: "tar: absolute path", make: () => named(`/etc/${ESCAPE}`), shows: [SEEN, `/etc/${ESCAPE}`] },
  { name: "tar: path with backslashes", make: () => named(`..\\..\\tmp\\${ESCAPE}`), shows: [SEEN] },
  { name: "tar: drive letter", make: () => named(`C:\\Windows\\${ESCAPE}`), shows: [SEEN] },
  { name: "tar: control characters in a path", make: () => named("a\n\r\t\u0007\u001b[2J.log"), shows: [SEEN] },
  { name: "tar: terminal title in a path", make: () => named("\u001b]0;owned\u0007.log"), shows: [SEEN] },
  { name: "tar: bidi in a path", make: () => named("gol.\u202egpj.exe"), shows: [SEEN] },
  {
    name: "tar: path that is not UTF-8",
    make: () => named(Buffer.from([0x61, 0xff, 0xfe, 0x2e, 0x6c])),
    shows: [SEEN],
  },
  {
    name: "tar: NUL in a pax path",
    make: () => archive(pax({ path: `a\0../../tmp/${ESCAPE}` }), entry({ name: "x", content: "x" }), witness),
    shows: [SEEN],
  },
  {
    name: "tar: empty path",
    make: () => archive(pax({ path: "" }), entry({ name: "x", content: "x" }), witness),
    shows: [SEEN],
  },
  {
    name: "tar: . and .. as paths",
    make: () =>
      archive(
        entry({ name: ".", content: "x" }),
        entry({ name: "..", content: "x" }),
        entry({ name: "./", type: "5" }),
        witness,
      ),
    shows: [SEEN],
  },
  {
    name: "tar: one path three times",
    make: () => archive(...["a", "b", "c"].map((text) => entry({ name: "same.log", content: `${text}\n` })), witness),
    shows: [SEEN, /same\.log \(2\)/, /same\.log \(3\)/],
  },
  {
    name: "tar: paths that differ in case and in composition",
    make: () =>
      archive(...["A.log", "a.log", "é.log", "e\u0301.log"].map((name) => entry({ name, content: "x\n" })), witness),
    shows: [SEEN],
  },
  {
    name: "tar: a link out of it, and a file below the link",
    make: () =>
      archive(
        entry({ name: "k1/out", type: "2", link: "/tmp" }),
        entry({ name: `k1/out/${ESCAPE}`, content: "x" }),
        witness,
      ),
    shows: [SEEN],
  },
  {
    name: "tar: hard links to /etc/passwd and to itself",
    make: () =>
      archive(
        entry({ name: "k1/p", type: "1", link: "/etc/passwd" }),
        entry({ name: "k1/q", type: "1", link: "k1/q" }),
        witness,
      ),
    shows: [SEEN],
    hides: [/root:x:0:0/],
  },
  {
    name: "tar: links in a circle",
    make: () =>
      archive(entry({ name: "a", type: "2", link: "b" }), entry({ name: "b", type: "2", link: "a" }), witness),
    shows: [SEEN],
  },
  {
    name: "tar: devices and a pipe",
    make: () => archive(...["3", "4", "6"].map((type) => entry({ name: `k1/dev${type}`, type })), witness),
    shows: [SEEN, /k1\/dev3 is a device or a pipe and was skipped/],
  },
  {
    name: "tar: GNU sparse file of 8 EB",
    make: () => {
      const sparse = entry({ name: "k1/sparse", type: "S", content: "x\n" });
      sparse.write("77777777777\0", 483);
      seal(sparse.subarray(0, 512));
      return archive(sparse, witness);
    },
    shows: [SEEN, /stored as a sparse file/],
  },
  {
    name: "tar: sparse map without end",
    make: () => {
      const sparse = entry({ name: "k1/sparse", type: "S", content: "x\n" });
      sparse[482] = 1;
      seal(sparse.subarray(0, 512));
      const more = Buffer.alloc(512);
      more[504] = 1;
      return Buffer.concat([witness, sparse.subarray(0, 512), ...Array.from({ length: 4000 }, () => more)]);
    },
    shows: [SEEN],
  },
  {
    name: "tar: pax sparse file that claims an exabyte",
    make: () =>
      archive(
        pax({ "GNU.sparse.realsize": "1152921504606846976", "GNU.sparse.name": "k1/s", "GNU.sparse.major": "1" }),
        entry({ name: "x", content: "1\n0\n2\nab" }),
        witness,
      ),
    shows: [SEEN],
  },
  {
    name: "tar: pax size beyond the archive",
    make: () => archive(witness, pax({ size: "9007199254740991" }), entry({ name: "k1/long", content: "x\n" })),
    shows: [SEEN, /ends in the middle of k1\/long/],
  },
  {
    name: "tar: pax sizes that are no size",
    make: () =>
      archive(
        ...["-1", "NaN", "1e3", "0x10", "99999999999999999999"].flatMap((size) => [
          pax({ size }),
          entry({ name: `k1/${size}`, content: "x\n" }),
        ]),
        witness,
      ),
    shows: [SEEN],
  },
  {
    name: "tar: times that are none",
    make: () =>
      archive(
        ...["1e300", "-1e18", "inf", "x"].flatMap((mtime) => [
          pax({ mtime }),
          entry({ name: `k1/${mtime}`, content: "x\n" }),
        ]),
        entry({ name: "k1/o", mtime: "77777777777\0", content: "x\n" }),
        witness,
      ),
    shows: [SEEN],
  },
  {
    name: "tar: pax header of 3 MB",
    make: () => archive(pax({ comment: "x".repeat(3_000_000) }), entry({ name: "k1/a", content: "x\n" }), witness),
    shows: [SEEN, /--max-path-length/],
  },
  {
    name: "tar: pax header whose lengths lie",
    make: () =>
      archive(
        entry({ name: "p", type: "x", content: "999999 path=a\n0 path=b\n-5 path=c\n" }),
        entry({ name: "k1/a", content: "x\n" }),
        witness,
      ),
    shows: [SEEN],
  },
  {
    name: "tar: GNU long name of 3 MB",
    make: () =>
      archive(
        entry({ name: "././@LongLink", type: "L", content: "x".repeat(3_000_000) }),
        entry({ name: "k1/a", content: "x\n" }),
        witness,
      ),
    shows: [SEEN, /--max-path-length/],
  },
  {
    name: "tar: global header that renames everything",
    make: () => archive(pax({ path: `/tmp/${ESCAPE}` }, "g"), entry({ name: "a", content: "x\n" }), witness),
    shows: [SEEN],
  },
  {
    name: "tar: path of 10,000 directories",
    make: () => archive(pax({ path: `${"d/".repeat(10_000)}x` }), entry({ name: "x", content: "x\n" }), witness),
    shows: [SEEN, /20001 characters.*--max-path-length/],
  },
  {
    name: "tar: size in base 256 of 2^62",
    make: () => archive(witness, entry({ name: "k1/big", size: base256(1n << 62n), content: "x\n" })),
    shows: [SEEN],
  },
  {
    name: "tar: size with all bits set",
    make: () => archive(witness, entry({ name: "k1/big", size: Buffer.alloc(12, 0xff), content: "x\n" })),
    shows: [SEEN],
  },
  {
    name: "tar: wrong checksum in the middle",
    make: () => archive(witness, entry({ name: "k1/a", content: "x\n", badChecksum: true }), witness),
    shows: [SEEN, /damaged at byte/],
  },
  {
    name: "tar: types that nobody knows",
    make: () => archive(...[..."7AZaVMDN"].map((type) => entry({ name: `k1/${type}`, type, content: "x\n" })), witness),
    shows: [SEEN],
  },
  {
    name: "tar: 50,000 extended headers before one file",
    make: () => archive(Buffer.concat(Array.from({ length: 50_000 }, () => pax({ comment: "x" }))), witness),
    shows: [SEEN],
  },
  {
    name: "tar: an archive inside of it",
    make: () =>
      archive(
        entry({ name: "k1/inner.tar", content: archive(entry({ name: `../${ESCAPE}`, content: "x" })) }),
        witness,
      ),
    shows: [SEEN, /an archive inside of the bundle/],
  },
  {
    name: "tar: a file that is also a directory",
    make: () => archive(entry({ name: "k1/a", content: "x\n" }), entry({ name: "k1/a/b", content: "x\n" }), witness),
    shows: [SEEN],
  },
  {
    name: "tar: cut in a header",
    make: () => Buffer.concat([witness, entry({ name: "k1/a", content: "x\n" }).subarray(0, 300)]),
    shows: [SEEN, /in the middle of the header/],
  },
  { name: "tar: nothing but zeros", make: () => Buffer.alloc(10_000_000), exit: 2 },
  {
    name: "tar: 20,000 entries and a limit of 1,000",
    make: () =>
      archive(
        witness,
        Buffer.concat(Array.from({ length: 20_000 }, (_, index) => entry({ name: `k1/${index}`, content: "x" }))),
      ),
    args: ["--out", ".", "--json", "out.json", "--max-entries", "1000"],
    shows: [SEEN, /too many entries; the limit is 1000 \(raise it with --max-entries\)/],
  },
  {
    name: "tar: prefix and name that make ..",
    make: () => archive(entry({ name: `${ESCAPE}`, prefix: "../../../../tmp", content: "x" }), witness),
    shows: [SEEN],
  },
  {
    name: "directory: links, a pipe, names of all sorts",
    file: "k1",
    make(path) {
      mkdirSync(join(path, "sub"), { recursive: true });
      writeFileSync(join(path, "journal.txt"), WITNESS);
      symlinkSync("/etc", join(path, "etc"));
      symlinkSync("loop", join(path, "loop"));
      execFileSync("mkfifo", [join(path, "pipe")]);
      for (const name of ["-rf", "a\nb", "\u001b]0;t\u0007", "\u202ex", "{{x}}", "<b>", "=1+1", "`id`", "$(id)", " "])
        writeFileSync(join(path, "sub", name), "x\n");
    },
    shows: [SEEN, /pipe is a device, a pipe or a socket and was skipped/],
    hides: [/root:x:0:0/],
  },
  {
    name: "directory: 10,000 deep",
    file: "k1",
    make(path) {
      mkdirSync(path);
      writeFileSync(join(path, "journal.txt"), WITNESS);
      const script =
        "import os,sys\nos.chdir(sys.argv[1])\nfor i in range(10000):\n os.mkdir('d')\n os.chdir('d')\nopen('x','w').write('x')";
      execFileSync("python3", ["-c", script, path]);
    },
    shows: [SEEN, /cannot be read \(ENAMETOOLONG\)|path has \d+ characters/],
  },
];
