import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { asBundleError, BundleError } from "../../analyzer/bundle/errors.ts";
import { bundleKind, openBundle } from "../../analyzer/bundle/open.ts";
import {
  collect,
  inPortions,
  logText,
  makePipe,
  noise,
  readAll,
  readBytes,
  scratchDirectory,
  scratchFile,
  tarOf,
} from "./helpers.ts";

async function refusal(path: string): Promise<BundleError> {
  const error: unknown = await openBundle([path]).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BundleError)) throw new Error(`no BundleError for ${path}: ${String(error)}`);
  expect(error.message).not.toContain("\n");
  expect(error.hint).not.toContain("\n");
  expect(error.hint.length).toBeGreaterThan(0);
  return error;
}

async function refusalOf(content: Buffer | string, name = "k1.tar.gz"): Promise<BundleError> {
  return refusal(scratchFile(name, content));
}

describe("what cannot be read", () => {
  test("no such file", async () => {
    expect(await refusal("/nonexistent/k1.tar.gz")).toMatchObject({ code: "not-found" });
  });

  test("an empty file, an empty directory, a gzip of nothing", async () => {
    expect(await refusalOf("")).toMatchObject({ code: "empty" });
    expect(await refusal(scratchDirectory())).toMatchObject({ code: "empty" });
    expect(await refusalOf(gzipSync(""))).toMatchObject({ code: "empty" });
  });

  test.skipIf(process.getuid?.() === 0)("permission denied", async () => {
    const path = scratchFile("k1.tar.gz", "x");
    chmodSync(path, 0);
    expect(await refusal(path)).toMatchObject({ code: "denied" });
  });

  test("errors of the system, by errno", () => {
    const because = (code: string): unknown => asBundleError(Object.assign(new Error(code), { code }), "k1.tar.gz");
    expect(because("EACCES")).toMatchObject({ code: "denied", message: "k1.tar.gz: permission denied" });
    expect(because("ENOSPC")).toMatchObject({ code: "no-space" });
    expect(because("EIO")).toMatchObject({ code: "unreadable", message: "k1.tar.gz: cannot be read (EIO)" });
    expect(because("ERR_INVALID_ARG_TYPE")).not.toBeInstanceOf(BundleError);
  });

  test("binary data, bare or in gzip", async () => {
    for (const content of [noise(5000), gzipSync(noise(5000)), Buffer.alloc(5000)]) {
      expect(await refusalOf(content, "photo.jpg")).toMatchObject({ code: "not-an-archive" });
    }
  });

  test("a gzip that is damaged from the start", async () => {
    const gzip = gzipSync(logText(5000));
    noise(1000).copy(gzip, 10);
    expect((await refusalOf(gzip)).message).toContain("damaged from the start");
  });

  test.each([
    ["504b0304140000000800", "zip", "a zip archive"],
    ["504b0304140001000800", "encrypted-zip", "an encrypted zip archive"],
    ["504b0506000000000000", "zip", "a zip archive"],
    ["377abcaf271c0004", "other-archive", "a 7z archive"],
    ["526172211a070100", "other-archive", "a rar archive"],
    ["fd377a585a000004", "other-archive", "xz-compressed"],
    ["28b52ffd04580000", "other-archive", "zstd-compressed"],
    ["425a68393141592653", "other-archive", "bzip2-compressed"],
  ])("other archives: %s", async (magic, code, words) => {
    const error = await refusalOf(Buffer.concat([Buffer.from(magic, "hex"), noise(600)]), "k1.bin");
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.hint).toMatch(/unpack it/);
  });

  test("xz says how", async () => {
    const error = await refusalOf(Buffer.from("fd377a585a000004", "hex"), "k1.tar.xz");
    expect(error.hint).toMatch(/^unpack it first with: xz -d .*k1\.tar\.xz$/);
  });

  test("archives among several paths", async () => {
    const archive = scratchFile("k1.tar.gz", gzipSync(await tarOf([["a", "1"]])));
    const text = scratchFile("ps.txt", "x\n");
    await expect(openBundle([text, archive])).rejects.toMatchObject({ code: "several-bundles" });
    await expect(openBundle([text, scratchDirectory()])).rejects.toMatchObject({ code: "several-bundles" });
    await expect(openBundle([])).rejects.toBeInstanceOf(BundleError);
  });
});

describe("archives that a shell has mangled", () => {
  const gzip = gzipSync(logText(50_000));

  test.each([
    ["UTF-16 with U+FFFD", Buffer.from(`\ufeff${gzip.toString("utf8")}`, "utf16le")],
    ["UTF-16 from latin1", Buffer.from(`\ufeff${gzip.toString("latin1")}`, "utf16le")],
    ["UTF-16 from code page 437", Buffer.from(`\ufeff\x1f\u00ef\x08${"\u2592".repeat(50)}`, "utf16le")],
    ["UTF-16, big-endian", Buffer.from(`\ufeff${gzip.toString("latin1")}`, "utf16le").swap16()],
    ["UTF-8 with U+FFFD", Buffer.from(gzip.toString("utf8"))],
    ["UTF-8 from latin1", Buffer.from(gzip.toString("latin1"))],
    ["CR LF", Buffer.from(gzip.toString("latin1").replaceAll("\n", "\r\n"), "latin1")],
  ])("%s", async (_name, content) => {
    const error = await refusalOf(content);
    expect(error.code).toBe("mangled");
    expect(error.hint).toMatch(/cmd\.exe.*PowerShell 7\.4\+.*scp/);
  });

  test("a tar rewritten as UTF-16", async () => {
    const tar = await tarOf([["a", "1"]]);
    expect(await refusalOf(Buffer.from(`\ufeff${tar.toString("latin1")}`, "utf16le"))).toMatchObject({
      code: "mangled",
    });
  });

  test("plain damage is not taken for it", async () => {
    const damaged = Buffer.from(gzip);
    damaged.fill(0xff, 2000, 2600);
    expect(Object.keys((await readBytes(damaged, "journal.txt.gz")).files)).toEqual(["journal.txt"]);
  });
});

describe("forms", () => {
  test("an archive of things that nobody knows is no error", async () => {
    const { files, damage } = await readBytes(gzipSync(await tarOf([["holiday.jpg", noise(3000)]])));
    expect(Object.keys(files)).toEqual(["holiday.jpg"]);
    expect(damage).toEqual([]);
  });

  test("are told by content, whatever the name", async () => {
    const tar = await tarOf([["a", "1"]]);
    expect((await readBytes(tar, "k1.tar.gz")).bundle).toMatchObject({ form: "tar", name: "k1" });
    expect((await readBytes(gzipSync(tar), "k1.zip")).bundle).toMatchObject({ form: "tar.gz", name: "k1.zip" });
    expect((await readBytes("text\n", "k1.tgz")).bundle).toMatchObject({ form: "files", name: "k1" });
  });

  test("a compressed text", async () => {
    const { files, bundle } = await readBytes(gzipSync("line\n"), "journal.txt.gz");
    expect(files).toEqual({ "journal.txt": "line\n" });
    expect(bundle).toMatchObject({ name: "journal.txt", form: "files" });
  });

  test("loose files are one bundle, named after the first", async () => {
    const paths = [
      scratchFile("docker-ps.txt", "CONTAINER ID\n"),
      scratchFile("journal.txt.gz", gzipSync("Nov 05\n")),
      scratchFile("empty.txt", ""),
      scratchFile("docker-ps.txt", "again\n"),
    ];
    const { files, bundle } = await readAll(paths);
    expect(bundle).toMatchObject({ name: "docker-ps.txt", form: "files" });
    expect(files).toEqual({
      "docker-ps.txt": "CONTAINER ID\n",
      "journal.txt": "Nov 05\n",
      "empty.txt": "",
      "docker-ps.txt (2)": "again\n",
    });
  });

  test("logs with runs of NUL, UTF-16 text and journal files are evidence", async () => {
    const nul = Buffer.concat([Buffer.from("Oct 23 04:17 k1\n"), Buffer.alloc(4096), Buffer.from("Nov 5\n")]);
    const utf16 = Buffer.from("\ufeffCONTAINER ID\r\n", "utf16le");
    const journal = Buffer.concat([Buffer.from("LPKSHHRH"), noise(2000)]);
    for (const content of [nul, utf16, journal]) {
      expect(Object.values((await readBytes(content, "x")).files)).toEqual([content.toString("latin1")]);
    }
  });

  test("bundleKind tells what belongs together", async () => {
    expect(await bundleKind(scratchFile("a", gzipSync(await tarOf([["a", "1"]]))))).toBe("archive");
    expect(await bundleKind(scratchFile("a", "text"))).toBe("file");
    expect(await bundleKind(scratchFile("a", ""))).toBe("file");
    expect(await bundleKind(tmpdir())).toBe("directory");
    expect(await bundleKind("-")).toBe("archive");
    await expect(bundleKind("/nonexistent")).rejects.toBeInstanceOf(BundleError);
  });
});

describe("a directory", () => {
  test("is walked in the order of bytes; links are not followed, pipes are skipped", async () => {
    const root = join(scratchDirectory(), "k1");
    mkdirSync(join(root, "pods", "b"), { recursive: true });
    writeFileSync(join(root, "Z.txt"), "1");
    writeFileSync(join(root, "a.txt"), "2");
    writeFileSync(join(root, "pods", "b", "0.log"), "3");
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xe9])]), "4");
    symlinkSync("/etc/passwd", join(root, "pods", "link.log"));
    symlinkSync("..", join(root, "pods", "loop"));
    makePipe(join(root, "pipe"));
    const { files, links, damage, bundle } = await readAll(root);
    expect(Object.entries(files)).toEqual([
      ["Z.txt", "1"],
      ["a.txt", "2"],
      ["pods/b/0.log", "3"],
      ["\\xe9", "4"],
    ]);
    expect(links).toEqual({ "pods/link.log": "/etc/passwd", "pods/loop": ".." });
    expect(damage.map(({ kind, path }) => [kind, path])).toEqual([["entry-skipped", "pipe"]]);
    expect(bundle).toMatchObject({ name: "k1", form: "directory" });
    expect(bundle.sha256()).toMatch(/^[0-9a-f]{64}$/);
  });

  test("has the same checksum whether its files are read or left alone", async () => {
    const root = scratchDirectory();
    writeFileSync(join(root, "a.txt"), logText(700_000));
    writeFileSync(join(root, "b.txt"), "b");
    const bundle = await openBundle([root]);
    for await (const artifact of bundle.artifacts()) expect(artifact.modified).toBeNull();
    expect(bundle.sha256()).toBe((await readAll(root)).bundle.sha256());
    expect((await readAll(root, { hash: false })).bundle.sha256()).toBeNull();
  });
});

describe("compressed logs inside", () => {
  test("are unpacked; other compressed files are handed out as they are", async () => {
    const image = gzipSync(noise(2000));
    const split = gzipSync('{"type":1}\n');
    const { files, damage } = await readBytes(
      gzipSync(
        await tarOf([
          ["syslog/syslog.2.gz", gzipSync("Nov 4\n")],
          ["pods/0.log.20260302-114500.gz", gzipSync("Mar 2\n")],
          ["docker/tar-split.json.gz", split],
          ["image.1.gz", image],
          ["not-really.log.gz", "plain\n"],
          ["saved-by-hand.gz", gzipSync("Apr 1\n")],
        ]),
      ),
    );
    expect(files).toEqual({
      "syslog/syslog.2.gz": "Nov 4\n",
      "pods/0.log.20260302-114500.gz": "Mar 2\n",
      "docker/tar-split.json.gz": split.toString("latin1"),
      "image.1.gz": image.toString("latin1"),
      "not-really.log.gz": "plain\n",
      "saved-by-hand.gz": "Apr 1\n",
    });
    expect(damage).toEqual([]);
  });

  test("an archive is not opened, which is told", async () => {
    const { files, damage } = await readBytes(
      await tarOf([
        ["k1.tar.gz", gzipSync("x")],
        ["after", "1"],
      ]),
    );
    expect(files["after"]).toBe("1");
    expect(damage.map(({ kind, path }) => [kind, path])).toEqual([["entry-skipped", "k1.tar.gz"]]);
  });

  test("a cut one is told once, with its name", async () => {
    const log = gzipSync(logText(20_000));
    const { files, damage } = await readBytes(
      await tarOf([
        ["syslog.2.gz", log.subarray(0, log.length >> 1)],
        ["after", "1"],
      ]),
    );
    expect(files["after"]).toBe("1");
    expect(damage.map(({ kind, path }) => [kind, path])).toEqual([["cut", "syslog.2.gz"]]);
  });
});

describe("standard input", () => {
  const temporary = (): string[] => readdirSync(tmpdir()).filter((name) => /^coldcase-[^t]/.test(name));

  test("can be read twice and leaves nothing behind", async () => {
    const bytes = gzipSync(await tarOf([["a", logText(100_000)]]));
    const before = temporary();
    const bundle = await openBundle(["-"], { stdin: inPortions(bytes, 1000) });
    expect(bundle).toMatchObject({ name: "stdin", form: "stdin" });
    for (let pass = 0; pass < 2; pass++) {
      for await (const artifact of bundle.artifacts()) {
        expect((await collect(artifact.chunks)).toString()).toBe(logText(100_000));
      }
    }
    expect(bundle.sha256()).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(temporary()).toEqual(before);
    await bundle.close();
  });

  test("an empty one, a bad one and a long one are refused, without a trace", async () => {
    const before = temporary();
    await expect(openBundle(["-"], { stdin: inPortions(Buffer.alloc(0), 1) })).rejects.toMatchObject({ code: "empty" });
    await expect(openBundle(["-"], { stdin: inPortions(noise(900), 1) })).rejects.toMatchObject({
      code: "not-an-archive",
    });
    const limits = { maxTotalBytes: 100 };
    await expect(openBundle(["-"], { stdin: inPortions(noise(900), 50), limits })).rejects.toBeInstanceOf(BundleError);
    expect(temporary()).toEqual(before);
  });

  test("a pipe by name is read as well", async () => {
    const path = join(scratchDirectory(), "pipe");
    makePipe(path);
    spawn("sh", ["-c", `printf 'CONTAINER ID\\n' > ${path}`]);
    expect(Object.values((await readAll(path)).files)).toEqual(["CONTAINER ID\n"]);
  });
});

test("the checksum is that of the file, also when nothing of it was read", async () => {
  const bytes = gzipSync(await tarOf([["a", logText(500_000)]]));
  const bundle = await openBundle([scratchFile("k1.tar.gz", bytes)]);
  expect(bundle.sha256()).toBeNull();
  for await (const _artifact of bundle.artifacts());
  expect(bundle.sha256()).toBe(createHash("sha256").update(bytes).digest("hex"));
  await bundle.close();
});
