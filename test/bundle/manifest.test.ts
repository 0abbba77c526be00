import { describe, expect, test } from "vitest";
import { createManifestReader, isManifestPath, type BundleManifest } from "../../analyzer/bundle/manifest.ts";
import { inPortions } from "./helpers.ts";

async function read(members: Record<string, unknown>): Promise<BundleManifest | null> {
  const reader = createManifestReader();
  for (const [path, value] of Object.entries(members)) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    await reader.add(path, inPortions(Buffer.from(text), 10));
  }
  return reader.result();
}

const record = {
  id: "docker-ps",
  kind: "docker-ps",
  command: "docker ps -a",
  status: "ok",
  reason: null,
  path: "docker/ps.txt",
  errors: [],
  stuck: [],
};
const clock = {
  wall: "2017-11-05T06:08:00Z",
  epoch: 1509862080,
  zone: "Etc/UTC",
  offset: "+0000",
  uptime: 2419.38,
  bootId: "91a74436-bae3-4a55-97d0-cd3513cbc0ae",
  ntpSynchronized: null,
  rtc: false,
  fakeHwclock: "2017-11-05 05:17:01",
};

test("the paths of a manifest", () => {
  expect(
    ["manifest.json", "k1/manifest.json", "manifest/plan.json", "manifest/steps/001-uname.json"].every(isManifestPath),
  ).toBe(true);
  expect(["a/b/manifest.json", "manifest/x.json", "xmanifest.json", "manifest.json.bak"].some(isManifestPath)).toBe(
    false,
  );
});

test("none gives null", async () => {
  expect(await read({})).toBeNull();
});

test("the short form, written by hand", async () => {
  expect(await read({ "manifest.json": { host: "k1", collectedAt: "2017-11-05T06:08:00Z" } })).toEqual({
    host: "k1",
    collectedAt: "2017-11-05T06:08:00Z",
    zone: null,
    complete: true,
    interrupted: false,
    steps: [],
    whole: true,
    items: [],
    start: null,
    end: null,
    laptopClock: null,
    collectorVersion: null,
    warnings: [],
  });
});

test("the collector's form", async () => {
  const plan = { steps: [{ id: "docker-ps", kind: "docker-ps", path: "docker/ps.txt", command: "docker ps -a" }] };
  const manifest = await read({
    "manifest/plan.json": plan,
    "manifest/steps/001-docker-ps.json": record,
    "manifest.json": {
      format: "coldcase-bundle",
      version: 1,
      collector: { version: "0.1.0" },
      host: "k1",
      collectedAt: "2017-11-05T06:08:00Z",
      start: clock,
      end: { ...clock, wall: "2017-11-05T06:09:00Z" },
      complete: true,
      interrupted: null,
      steps: [record],
    },
  });
  expect(manifest).toMatchObject({
    host: "k1",
    zone: "Etc/UTC",
    complete: true,
    interrupted: false,
    collectorVersion: "0.1.0",
    warnings: [],
  });
  expect(manifest?.start).toEqual({
    wall: "2017-11-05T06:08:00Z",
    zone: "Etc/UTC",
    offset: "+0000",
    uptime: 2419.38,
    bootId: "91a74436-bae3-4a55-97d0-cd3513cbc0ae",
    synchronized: null,
    rtc: false,
    fakeHwclock: "2017-11-05 05:17:01",
  });
  expect(manifest?.steps).toEqual([
    { id: "docker-ps", kind: "docker-ps", path: "docker/ps.txt", command: "docker ps -a", status: "ok", detail: null },
  ]);
});

test("a cut bundle: planned steps without a record were not reached", async () => {
  const plan = { steps: [{ id: "uname" }, { id: "docker-ps", path: "docker/ps.txt" }] };
  const manifest = await read({
    "manifest/plan.json": plan,
    "manifest/steps/001-uname.json": { id: "uname", status: "ok" },
  });
  expect(manifest?.complete).toBe(false);
  expect(manifest?.steps.map(({ id, status }) => [id, status])).toEqual([
    ["uname", "ok"],
    ["docker-ps", "not-reached"],
  ]);
});

test("paths are those of the artifacts when all lies in one directory", async () => {
  expect((await read({ "k1/manifest/steps/001-docker-ps.json": record }))?.steps[0]?.path).toBe("k1/docker/ps.txt");
});

test("details: the reason, paths that could not be read, what hung", async () => {
  const errors = ["a", "b", "c", "d", "e"].map((name) => ({
    path: `/${name}`,
    op: "open",
    errno: "Input/output error",
  }));
  const stuck = [{ command: "docker ps", wchan: "wait_on_page_bit" }];
  const manifest = await read({
    "manifest/steps/1-x.json": { id: "x", status: "denied", reason: "slow", errors, stuck },
  });
  expect(manifest?.steps[0]?.detail).toBe(
    "slow; /a: Input/output error; /b: Input/output error; /c: Input/output error; 2 more paths; docker ps hung at wait_on_page_bit",
  );
});

test("text that the collector escaped byte by byte", async () => {
  const command = "ls /caf\u00c3\u00a9";
  expect((await read({ "manifest/steps/1-x.json": { ...record, command } }))?.steps[0]?.command).toBe("ls /café");
});

describe("a manifest that is none, or lies", () => {
  test.each([
    ["not JSON", "{", /^not JSON/],
    ["cut", '{"host":"k', /^not JSON/],
    ["a list", "[]", /no JSON object/],
    ["null", "null", /no JSON object/],
    ["empty", "", /^not JSON/],
    ["nested without end", "[".repeat(200_000), /^not JSON/],
  ])("%s", async (_name, text, message) => {
    const manifest = await read({ "manifest.json": text });
    expect(manifest).toMatchObject({ host: null, complete: false, steps: [] });
    expect(manifest?.warnings).toHaveLength(1);
    expect(manifest?.warnings[0]).toMatchObject({ path: "manifest.json", line: 1 });
    expect(manifest?.warnings[0]?.message).toMatch(message);
  });

  test("wrong types are ignored, each with a warning", async () => {
    const manifest = await read({
      "manifest.json": {
        host: 5,
        collectedAt: "yesterday",
        complete: "yes",
        start: [],
        steps: [1, {}, { id: "a", status: "splendid", path: {} }, { id: "b", status: "ok", errors: "none" }],
      },
    });
    expect(manifest).toMatchObject({ host: null, collectedAt: null, start: null });
    expect(manifest?.steps.map(({ id, status }) => [id, status])).toEqual([
      ["a", "failed"],
      ["b", "ok"],
    ]);
    const messages = manifest?.warnings.map(({ message }) => message) ?? [];
    for (const key of ["host", "collectedAt", "complete", "start", "status", "path", "errors"]) {
      expect(
        messages.some((message) => message.startsWith(`"${key}"`)),
        key,
      ).toBe(true);
    }
    expect(messages).toContain("a step is not an object");
    expect(messages).toContain("a step has no id");
  });

  test("of a second host", async () => {
    const manifest = await read({ "k1/manifest.json": { host: "k1" }, "k2/manifest.json": { host: "k2" } });
    expect(manifest).toMatchObject({ host: "k1", warnings: [{ path: "k2/manifest.json" }] });
  });
});
