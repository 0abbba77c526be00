import { mkdirSync, symlinkSync, linkSync, truncateSync, writeFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createCursor } from "../../analyzer/bundle/cursor.ts";
import { createReadContext, defaultLimits } from "../../analyzer/bundle/limits.ts";
import { readTar } from "../../analyzer/bundle/tar.ts";
import { collect, inPortions, makePipe, readBytes, scratchDirectory, systemTar, tarOf, type Entry } from "./helpers.ts";

const LONG = `pods/${"kube-system_kube-apiserver-k1_".repeat(8)}/0.log`;
const entries: Entry[] = [
  ["./docker/ps.txt", "CONTAINER ID\n"],
  ["journal/tail.txt", "Nov 05 06:07:57 k1 kubelet[319]: x\n".repeat(50)],
  [LONG, "long\n"],
  ["empty", ""],
];

describe("dialects", () => {
  const directory = scratchDirectory();
  mkdirSync(join(directory, "a".repeat(90), "b".repeat(90)), { recursive: true });
  writeFileSync(join(directory, "plain.txt"), "plain\n");
  writeFileSync(join(directory, "a".repeat(90), "b".repeat(90), "deep.txt"), "deep\n");
  symlinkSync(`/var/lib/docker/containers/${"6ef208ad4c36".repeat(10)}-json.log`, join(directory, "link.log"));
  linkSync(join(directory, "plain.txt"), join(directory, "plain2.txt"));
  utimesSync(join(directory, "plain.txt"), 1509862080.25, 1509862080.25);

  test.each(["gnu", "pax", "oldgnu", "posix"])("%s", async (format) => {
    const { files, links, damage } = await readBytes(
      systemTar(directory, `--format=${format}`, "--sort=name"),
      "k.tar",
    );
    expect(files["plain.txt"]).toBe("plain\n");
    expect(files[`${"a".repeat(90)}/${"b".repeat(90)}/deep.txt`]).toBe("deep\n");
    expect(links["link.log"]).toMatch(/^\/var\/lib\/docker\/containers\/6ef208ad4c36.*-json\.log$/);
    expect(links["plain2.txt"]).toBe("./plain.txt");
    expect(damage).toEqual([]);
  });

  test("v7 and ustar", async () => {
    const small = scratchDirectory();
    writeFileSync(join(small, "plain.txt"), "plain\n");
    for (const format of ["v7", "ustar"]) {
      const { files, damage } = await readBytes(systemTar(small, `--format=${format}`), "k.tar");
      expect(files).toEqual({ "plain.txt": "plain\n" });
      expect(damage).toEqual([]);
    }
  });

  test("times come from the header, in µs", async () => {
    const archive = systemTar(directory, "--format=pax");
    const context = createReadContext(defaultLimits);
    for await (const artifact of readTar(createCursor(inPortions(archive, 4096)), context)) {
      if (artifact.path === "plain.txt") expect(artifact.modified).toBe(1_509_862_080_250_000);
    }
  });

  test("sparse files, devices and pipes are told", async () => {
    const odd = scratchDirectory();
    writeFileSync(join(odd, "system.journal"), "x");
    truncateSync(join(odd, "system.journal"), 1 << 20);
    writeFileSync(join(odd, "z-after.txt"), "after\n");
    makePipe(join(odd, "pipe"));
    for (const format of ["gnu", "pax"]) {
      const archive = systemTar(odd, `--format=${format}`, "--sparse", "--sort=name");
      const { files, damage } = await readBytes(archive, "k.tar");
      expect(Object.keys(files)).toEqual(["system.journal", "z-after.txt"]);
      expect(damage.map(({ kind, path }) => [kind, path])).toEqual([
        ["entry-skipped", "pipe"],
        ["entry-skipped", "system.journal"],
      ]);
    }
  });

  test("base-256 sizes", async () => {
    const archive = await tarOf([["big.bin", "content"]]);
    const header = archive.subarray(0, 512);
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header[135] = 7;
    resum(header);
    expect((await readBytes(archive, "k.tar")).files).toEqual({ "big.bin": "content" });
  });
});

describe("paths are data", () => {
  test("they are kept, and never followed", async () => {
    const archive = await tarOf([
      ["../../etc/passwd", "1"],
      ["/etc/shadow", "2"],
      ["./a//b/./c", "3"],
      ["a\nb\u202e", "4"],
      ["same", "5"],
      ["same", "6"],
      ["same", "7"],
    ]);
    const { files } = await readBytes(archive, "k.tar");
    expect(files).toEqual({
      "../../etc/passwd": "1",
      "/etc/shadow": "2",
      "a//b/./c": "3",
      "a\nb\u202e": "4",
      same: "5",
      "same (2)": "6",
      "same (3)": "7",
    });
  });

  test("a name that is not UTF-8 is escaped", async () => {
    const archive = await tarOf([["name-XY.txt", "1"]]);
    archive[5] = 0xe9;
    archive[6] = 0x01;
    resum(archive.subarray(0, 512));
    expect(Object.keys((await readBytes(archive, "k.tar")).files)).toEqual(["name-\\xe9\\x01.txt"]);
  });
});

describe("damage", () => {
  test("zero blocks in the middle are passed", async () => {
    const first = await tarOf([["a", "1"]]);
    const second = await tarOf([["b", "2"]]);
    const { files, damage } = await readBytes(Buffer.concat([first, Buffer.alloc(512 * 21), second]), "k.tar");
    expect(files).toEqual({ a: "1", b: "2" });
    expect(damage).toEqual([]);
  });

  test("a missing end is no damage at the border of a member", async () => {
    const archive = (await tarOf([["a", "1"]])).subarray(0, 1024);
    const { files, damage } = await readBytes(archive, "k.tar");
    expect(files).toEqual({ a: "1" });
    expect(damage).toEqual([]);
  });

  test("a damaged header costs one member, and its place is told", async () => {
    const archive = await tarOf(entries);
    archive[1024 + 20] = 0xff;
    const { files, damage } = await readBytes(archive, "k.tar");
    expect(Object.keys(files)).toEqual(["docker/ps.txt", LONG, "empty"]);
    expect(damage).toHaveLength(1);
    expect(damage[0]).toMatchObject({ kind: "damaged", byteOffset: 1024 });
    expect(damage[0]?.message).toContain("damaged at byte 1024");
  });

  test("bytes that were added or lost do not end the reading", async () => {
    const archive = await tarOf(entries);
    const added = Buffer.concat([archive.subarray(0, 1200), Buffer.from("noise"), archive.subarray(1200)]);
    const lost = Buffer.concat([archive.subarray(0, 1600), archive.subarray(1700)]);
    for (const bytes of [added, lost]) {
      const { files, damage } = await readBytes(bytes, "k.tar");
      expect(Object.keys(files)).toContain("empty");
      expect(files["docker/ps.txt"]).toBe("CONTAINER ID\n");
      expect(damage.map(({ kind }) => kind)).toContain("damaged");
    }
  });

  test("garbage at the end is told", async () => {
    const archive = Buffer.concat([await tarOf([["a", "1"]]), Buffer.from("Connection to k1 closed.\n".repeat(60))]);
    const { files, damage } = await readBytes(archive, "k.tar");
    expect(files).toEqual({ a: "1" });
    expect(damage[0]?.message).toContain("no entry was found after it");
  });

  test("a member that is cut gives what there is", async () => {
    const archive = (await tarOf(entries)).subarray(0, 1024 + 512 + 700);
    const { files, damage } = await readBytes(archive, "k.tar");
    expect(files["journal/tail.txt"]).toHaveLength(700);
    expect(damage).toEqual([
      {
        kind: "cut",
        path: "journal/tail.txt",
        byteOffset: 700,
        message: "The bundle ends in the middle of journal/tail.txt, 700 of 1750 bytes.",
      },
    ]);
  });
});

test.each([1, 100, 511, 513])("the same in portions of %i bytes, read or left alone", async (size) => {
  const archive = await tarOf([...entries, ...entries]);
  archive[1024 + 20] = 0xff;
  const read = async (portion: number, skip: boolean): Promise<unknown> => {
    const context = createReadContext(defaultLimits);
    const found: [string, string][] = [];
    for await (const artifact of readTar(createCursor(inPortions(archive, portion)), context)) {
      found.push([artifact.path, skip ? "" : (await collect(artifact.chunks)).toString()]);
    }
    return { found, damage: context.damage.list() };
  };
  expect(await read(size, false)).toEqual(await read(1 << 20, false));
  expect(await read(size, true)).toEqual(await read(1 << 20, true));
});

test("a member that is left half read does not disturb the next", async () => {
  const archive = await tarOf(entries);
  const context = createReadContext(defaultLimits);
  const paths: string[] = [];
  for await (const artifact of readTar(createCursor(inPortions(archive, 100)), context)) {
    paths.push(artifact.path);
    for await (const _chunk of artifact.chunks) break;
  }
  expect(paths).toEqual(["docker/ps.txt", "journal/tail.txt", LONG, "empty"]);
  expect(context.damage.list()).toEqual([]);
});

function resum(header: Buffer): void {
  header.fill(" ", 148, 156);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
}
