import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createCursor } from "../../analyzer/bundle/cursor.ts";
import { gunzip } from "../../analyzer/bundle/gzip.ts";
import { createReadContext, defaultLimits } from "../../analyzer/bundle/limits.ts";
import { inPortions, logText, noise, readBytes, tarOf } from "./helpers.ts";

/** A bundle as the collector writes it: each step is a gzip member of its own, of whole tar blocks. */
async function collectorBundle(names: string[], size = 30_000): Promise<Buffer[]> {
  const members: Buffer[] = [];
  for (const [index, name] of names.entries()) {
    const tar = await tarOf([[name, logText(size, index + 1)]]);
    members.push(gzipSync(tar.subarray(0, tar.length - 1024)));
  }
  members.push(gzipSync(Buffer.alloc(1024)));
  return members;
}

test("members one after the other are one archive", async () => {
  const members = await collectorBundle(["a", "b", "c"]);
  const { complete, damage, bundle } = await readBytes(Buffer.concat(members));
  expect(complete).toEqual(["a", "b", "c"]);
  expect(damage).toEqual([]);
  expect(bundle.form).toBe("tar.gz");
});

test("a gzip of one member, split anywhere, as bgzip and pigz do", async () => {
  const tar = await tarOf([["a", "1".repeat(2000)]]);
  const bytes = Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(Buffer.alloc(0)), gzipSync(tar.subarray(700))]);
  const { files, damage } = await readBytes(bytes);
  expect(files["a"]).toHaveLength(2000);
  expect(damage).toEqual([]);
});

test("headers with name, comment, extra field and checksum", async () => {
  const plain = gzipSync(await tarOf([["a", "1"]]));
  const head = Buffer.from(plain.subarray(0, 10));
  head[3] = 0x1e;
  const more = Buffer.concat([Buffer.from([3, 0, 1, 2, 3]), Buffer.from("k1.tar\0said ssh\0"), Buffer.from([0, 0])]);
  const { files, damage } = await readBytes(Buffer.concat([head, more, plain.subarray(10)]));
  expect(files).toEqual({ a: "1" });
  expect(damage).toEqual([]);
});

describe("a bundle cut at any byte", () => {
  test("never throws, tells it, and a longer one never holds fewer complete artifacts", async () => {
    const members = await collectorBundle(["a", "b"], 100);
    const whole = Buffer.concat([...members, gzipSync(await tarOf([["c", "text\n".repeat(20)]]))]);
    let before = 0;
    for (let length = 1; length < whole.length; length++) {
      const { complete, damage } = await readBytes(whole.subarray(0, length));
      expect(complete.length, `cut at ${length}`).toBeGreaterThanOrEqual(before);
      const borders = [members[0]?.length, (members[0]?.length ?? 0) + (members[1]?.length ?? 0)];
      borders.push(whole.length - gzipSync(Buffer.alloc(0)).length);
      const atBorder = borders.includes(length) || complete.length === 3 || length === Buffer.concat(members).length;
      if (!atBorder)
        expect(
          damage.map(({ kind }) => kind),
          `cut at ${length}`,
        ).toEqual(["cut"]);
      before = complete.length;
    }
    expect(before).toBe(3);
  });

  test("everything that could be unpacked before the cut is handed out", async () => {
    const text = "Nov 05 06:07:57 k1 kubelet[319]: E1105 reflector.go:205\n".repeat(20_000);
    const whole = gzipSync(await tarOf([["journal.txt", text]]));
    const { files, damage } = await readBytes(whole.subarray(0, whole.length >> 1));
    const got = files["journal.txt"] ?? "";
    expect(got.length).toBeGreaterThan(text.length * 0.4);
    expect(text.startsWith(got)).toBe(true);
    expect(damage[0]?.message).toBe(
      `The bundle ends in the middle of journal.txt, ${got.length} of ${text.length} bytes.`,
    );
  });
});

describe("damage in the middle", () => {
  test("the next member goes on, and the lost range is told", async () => {
    const members = await collectorBundle(["a", "b", "c", "d"]);
    const second = members[1] ?? Buffer.alloc(0);
    noise(200, 9).copy(second, second.length >> 1);
    const { complete, files, damage } = await readBytes(Buffer.concat(members));
    expect(complete).toEqual(["a", "c", "d"]);
    const sound = logText(30_000, 2);
    const got = files["b"] ?? "";
    expect(got.slice(0, 13_000)).toBe(sound.slice(0, 13_000));
    const at = members[0]?.length ?? 0;
    expect(damage.map(({ kind, path }) => [kind, path])).toEqual([
      ["damaged", "b"],
      ["damaged", null],
    ]);
    expect(damage[1]?.message).toContain(`Reading goes on at byte ${at + second.length}`);
  });

  test("a member that lost its beginning", async () => {
    const members = await collectorBundle(["a", "b", "c"]);
    members[1]?.fill(0, 0, 12);
    const { complete, damage } = await readBytes(Buffer.concat(members));
    expect(complete).toEqual(["a", "c"]);
    expect(damage.map(({ kind }) => kind)).toEqual(["damaged"]);
  });

  test("a wrong checksum is told, the content kept", async () => {
    const members = await collectorBundle(["a", "b"]);
    const first = members[0] ?? Buffer.alloc(0);
    first[first.length - 8] = (first[first.length - 8] ?? 0) ^ 0xff;
    const { complete, damage } = await readBytes(Buffer.concat(members));
    expect(complete).toEqual(["a", "b"]);
    expect(damage[0]?.message).toContain("checksum");
  });

  test("nothing sound after the damage", async () => {
    const whole = gzipSync(await tarOf([["a", logText(500_000)]]));
    noise(8000, 9).copy(whole, 30_000);
    const { damage } = await readBytes(whole);
    expect(damage.map(({ kind }) => kind)).toEqual(["damaged", "damaged"]);
    expect(damage[1]?.message).toContain("Nothing after it could be read");
  });
});

describe("around the archive", () => {
  test("zero bytes after it are nothing", async () => {
    const { damage } = await readBytes(Buffer.concat([gzipSync(await tarOf([["a", "1"]])), Buffer.alloc(700)]));
    expect(damage).toEqual([]);
  });

  test("other bytes after it are told", async () => {
    const bytes = Buffer.concat([gzipSync(await tarOf([["a", "1"]])), Buffer.from("Connection to k1 closed.\r\n")]);
    const { files, damage } = await readBytes(bytes);
    expect(files).toEqual({ a: "1" });
    expect(damage[0]?.message).toContain("26 bytes that are no gzip data");
  });

  test("what a login printed before it is skipped and quoted", async () => {
    const noiseBefore = "Welcome to Debian\n[sudo] password for pi: \n";
    const tar = await tarOf([["a", "1"]]);
    for (const archive of [gzipSync(tar), tar]) {
      const { files, damage } = await readBytes(Buffer.concat([Buffer.from(noiseBefore), archive]));
      expect(files).toEqual({ a: "1" });
      expect(damage[0]?.message).toContain("Welcome to Debian [sudo] password for pi:");
    }
  });
});

test.each([1, 100, 65_536])("the same pieces for portions of %i bytes", async (size) => {
  const members = await collectorBundle(["a", "b", "c"], 500);
  noise(60, 9).copy(members[1] ?? Buffer.alloc(0), 150);
  const bytes = Buffer.concat(members);
  const unpack = async (portion: number): Promise<string> => {
    const context = createReadContext(defaultLimits);
    const reread = (from: number): AsyncIterable<Buffer> => inPortions(bytes.subarray(from), portion);
    const parts: string[] = [];
    for await (const piece of gunzip(createCursor(inPortions(bytes, portion)), { context, path: null, reread })) {
      parts.push(Buffer.isBuffer(piece) ? piece.toString("latin1") : "<gap>");
    }
    return parts.join("");
  };
  const whole = await unpack(1 << 20);
  const [before = ""] = whole.split("<gap>");
  const portioned = await unpack(size);
  expect(portioned.split("<gap>")[1]).toBe(whole.split("<gap>")[1]);
  expect(portioned.slice(0, before.length - 300)).toBe(whole.slice(0, before.length - 300));
});
