import type { HostileCase } from "./case.ts";
import { SEEN, WITNESS } from "./case.ts";
import { archive, entry } from "./tar.ts";

const bundle = (name: string, content: string): Buffer =>
  archive(entry({ name: "k1/witness.txt", content: WITNESS }), entry({ name, content }));
const manifest = (content: string): Buffer =>
  archive(entry({ name: "manifest.json", content }), entry({ name: "k1/witness.txt", content: WITNESS }));
const CONTAINER = `"Id":"${"6ef208ad4c36".padEnd(64, "0")}","Created":"2017-11-01T00:00:00Z","Path":"x","Args":[],"State":{"Status":"exited","ExitCode":255}`;
const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth);

/** JSON that is deep, long or of the wrong kind, and manifests that lie. */
export const jsonCases: readonly HostileCase[] = [
  {
    name: "JSON: arrays 200,000 deep",
    make: () => bundle("k1/inspect.json", `[{${CONTAINER},"X":${nested(200_000, "[", "]")}}]`),
    shows: [SEEN],
  },
  {
    name: "JSON: objects 100,000 deep",
    make: () => bundle("k1/inspect.json", `[{${CONTAINER},"X":${nested(100_000, '{"a":', "}").replace("}", "1}")}}]`),
    shows: [SEEN],
  },
  {
    name: "JSON: an object that never ends",
    make: () => bundle("k1/inspect.json", `[{${CONTAINER},"X":"${"y".repeat(20_000_000)}`),
    shows: [SEEN],
    limits: { megabytes: 700 },
  },
  {
    name: "JSON: a document of many lines that never ends",
    make: () => bundle("k1/inspect.json", `[\n    {\n        ${CONTAINER},\n${'        "Y": "z",\n'.repeat(300_000)}`),
    shows: [SEEN],
    limits: { megabytes: 700 },
  },
  {
    name: "JSON: keys of Object.prototype",
    make: () =>
      bundle(
        "k1/inspect.json",
        `[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${CONTAINER},"Config":{"Labels":{"__proto__":"x","io.kubernetes.pod.name":"__proto__","io.kubernetes.pod.uid":"constructor"}}}]`,
      ),
    shows: [SEEN],
  },
  {
    name: "JSON: members of the wrong kind",
    make: () =>
      bundle(
        "k1/inspect.json",
        `[{"Id":7,"Created":{},"Path":[],"Args":"x","State":[],"Name":{"a":1},"Config":7,"GraphDriver":"x","Mounts":{},"HostConfig":[],"NetworkSettings":null}, null, 7, "x", []]`,
      ),
    shows: [SEEN],
  },
  {
    name: "JSON: numbers beyond all bounds",
    make: () =>
      bundle(
        "k1/inspect.json",
        `[{${CONTAINER.replace("255", "1e999")},"RestartCount":-1e999,"SizeRw":123456789012345678901234567890}]`,
      ),
    shows: [SEEN],
  },
  {
    name: "JSON: 100,000 containers",
    make: () =>
      bundle(
        "k1/inspect.json",
        `[${Array.from({ length: 20_000 }, (_, index) => `{${CONTAINER.replace("6ef208ad4c36", index.toString(16).padStart(12, "0"))},"Name":"/c${index}"}`).join(",\n")}]`,
      ),
    shows: [SEEN],
    limits: { seconds: 60, megabytes: 900 },
  },
  {
    name: "JSON: journal with messages of bytes that are none",
    make: () =>
      bundle(
        "k1/j.json",
        [[300, -1, 1.5], [[["x"]]], { a: 1 }, "\ud800", 7]
          .map((message) =>
            JSON.stringify({
              __REALTIME_TIMESTAMP: "1509862077000000",
              _BOOT_ID: 7,
              PRIORITY: "9e9",
              MESSAGE: message,
            }),
          )
          .join("\n"),
      ),
    shows: [SEEN],
  },
  {
    name: "JSON: journal with times that are none",
    make: () =>
      bundle(
        "k1/j.json",
        ["9".repeat(30), "-1", "x", "1e300", ""]
          .map((time) =>
            JSON.stringify({
              __REALTIME_TIMESTAMP: time,
              __MONOTONIC_TIMESTAMP: time,
              _BOOT_ID: "0".repeat(32),
              MESSAGE: "x",
            }),
          )
          .join("\n"),
      ),
    shows: [SEEN],
  },
  {
    name: "export format: a length of 2^63",
    make: () =>
      bundle("k1/j.export", "__REALTIME_TIMESTAMP=1509862077000000\nMESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x7fx\n\n"),
    shows: [SEEN],
  },
  {
    name: "YAML: a manifest of a static pod with a million aliases",
    make: () =>
      bundle(
        "k1/etc/kubernetes/manifests/a.yaml",
        `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefgh"].map((name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${"abcdefg"[index]}`).join(",")}]`).join("\n")}\napiVersion: v1\nkind: Pod\n`,
      ),
    shows: [SEEN],
  },
  { name: "manifest: not JSON", make: () => manifest("{"), shows: [SEEN] },
  { name: "manifest: nested 100,000 deep", make: () => manifest(nested(100_000, "[", "]")), shows: [SEEN] },
  {
    name: "manifest: everything of the wrong kind",
    make: () =>
      manifest(
        '{"host":{},"collectedAt":[],"steps":{"a":1},"start":7,"end":"x","collector":[],"complete":"yes","since":{}}',
      ),
    shows: [SEEN],
  },
  {
    name: "manifest: a host of 1 MB",
    make: () => manifest(JSON.stringify({ host: "h".repeat(1_000_000), collectedAt: "2017-11-05T06:08:00Z" })),
    shows: [SEEN],
  },
  {
    name: "manifest: a time that is none",
    make: () =>
      manifest(
        '{"host":"k1","collectedAt":"+275760-09-13T00:00:00.000Z","start":{"wall":"9999-99-99","uptime":1e308,"zone":"../../etc/passwd"}}',
      ),
    shows: [SEEN],
  },
  {
    name: "manifest: 50,000 steps of one id",
    make: () =>
      manifest(
        JSON.stringify({
          host: "k1",
          steps: Array.from({ length: 50_000 }, () => ({ id: "same", kind: "df", path: "../../x", status: "ok" })),
        }),
      ),
    shows: [SEEN],
  },
  {
    name: "manifest: 50,000 steps",
    make: () =>
      manifest(
        JSON.stringify({
          host: "k1",
          steps: Array.from({ length: 50_000 }, (_, index) => ({
            id: `s${index}`,
            kind: "df",
            path: `df/${index}`,
            status: index % 2 === 0 ? "ok" : "denied",
          })),
        }),
      ),
    shows: [SEEN],
    limits: { seconds: 60, megabytes: 700 },
  },
  {
    name: "manifest: checksums and sizes that are false",
    make: () =>
      archive(
        entry({
          name: "manifest.json",
          content: JSON.stringify({
            host: "k1",
            complete: true,
            steps: [
              {
                id: "w",
                kind: "journal-text",
                path: "k1/witness.txt",
                status: "ok",
                bytes: 9_999_999,
                sha256: "0".repeat(64),
                items: [
                  { path: "k1/witness.txt", sha256: "0".repeat(64), bytes: -5 },
                  { path: "/etc/passwd", bytes: 1 },
                ],
              },
            ],
          }),
        }),
        entry({ name: "k1/witness.txt", content: WITNESS }),
      ),
    shows: [SEEN],
    hides: [/root:x:0:0/],
  },
  {
    name: "manifest: three of them",
    make: () =>
      archive(
        ...["a", "b", "c"].map((host) =>
          entry({ name: "manifest.json", content: JSON.stringify({ host, collectedAt: "2017-11-05T06:08:00Z" }) }),
        ),
        entry({ name: "k1/witness.txt", content: WITNESS }),
      ),
    shows: [SEEN],
  },
  {
    name: "manifest: a command with escapes",
    make: () =>
      manifest(
        JSON.stringify({
          host: "k1",
          steps: [
            {
              id: "x",
              kind: "df",
              path: "k1/witness.txt",
              command: "df\u001b]0;owned\u0007; rm -rf /",
              status: "ok",
              reason: "\u202e",
            },
          ],
        }),
      ),
    shows: [SEEN],
  },
];
