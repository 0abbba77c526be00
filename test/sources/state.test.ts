/** What the readers of state make of single lines: errors, statuses, rows, paths, documents. */
import { describe, expect, it, test } from "vitest";
import type { FactDraft, Line, SourceParser } from "../../analyzer/model/source.ts";
import { errnoOf } from "../../analyzer/sources/_errno.ts";
import { podOfName, readStatus } from "../../analyzer/sources/_container.ts";
import { readLsRow } from "../../analyzer/sources/_ls-row.ts";
import { readPathError } from "../../analyzer/sources/_path-error.ts";
import { parsePodLogPath } from "../../analyzer/sources/_pod-log-path.ts";
import clockReadings from "../../analyzer/sources/clock-readings.ts";
import directoryListing from "../../analyzer/sources/directory-listing.ts";
import diskUsage from "../../analyzer/sources/disk-usage.ts";
import dockerInspect from "../../analyzer/sources/docker-inspect.ts";
import dockerPs from "../../analyzer/sources/docker-ps.ts";
import ext4Counters from "../../analyzer/sources/ext4-counters.ts";
import staticManifest from "../../analyzer/sources/static-manifest.ts";

const LAYER = "5a".repeat(32);

function factsOf(source: SourceParser, texts: string[], command: string | null = null): FactDraft[] {
  const facts: FactDraft[] = [];
  const sink = {
    event: () => undefined,
    fact: (kind: string, key: string, value: unknown, line: Line) =>
      facts.push({ kind, key, value, line } as unknown as FactDraft),
    warning: () => undefined,
  };
  const reader = source.open({ artifact: "a.txt", command, kind: null, sink });
  texts.forEach((text, index) => reader.line({ text, number: index + 1, byteOffset: 0, byteLength: text.length }));
  reader.end();
  return facts;
}

describe("errno texts", () => {
  it.each([
    ["Structure needs cleaning", "EUCLEAN"],
    ["structure needs cleaning", "EUCLEAN"],
    ["La estructura necesita limpieza", "EUCLEAN"],
    ["La structure a besoin d’un nettoyage", "EUCLEAN"],
    ["La estructura necesita una limpieza", "EUCLEAN"],
    ["構造体を内容消去する必要があります", "EUCLEAN"],
    ["结构需要清理", "EUCLEAN"],
    ["Sem espaço livre no dispositivo", "ENOSPC"],
    ["Ficheiro ou pasta inexistente", "ENOENT"],
    ["Файловая система доступна только для чтения", "EROFS"],
    ["Błąd wejścia/wyjścia", "EIO"],
    ["I/O error", "EIO"],
    ["No such device or address", "ENXIO"],
    ["Das Dateisystem ist nur lesbar", "EROFS"],
    ["open /x/lower: bad message", "EBADMSG"],
    ["write failed: errno 117", "EUCLEAN"],
    ["all is well", null],
  ])("%s", (text, errno) => expect(errnoOf(text)).toBe(errno));
});

describe("dates of other languages", () => {
  test.each([
    "Mo 2. Mär 11:48:06 UTC 2026",
    "lun. 02 mars 2026 11:48:06 UTC",
    "lun 02 mar 2026 11:48:06 UTC",
    "lun 2 mar 2026, 11:48:06, UTC",
    "ma  2 mrt 2026 11:48:06 UTC",
    "2026年 03月 02日 星期一 11:48:06 UTC",
    "西元2026年03月02日 (週一) 11時48分06秒 UTC",
    "2026年  3月  2日 月曜日 11:48:06 UTC",
    "2026. 03. 02. (월) 11:48:06 UTC",
    "Mon 02 Mar 2026 11:48:06 AM UTC",
  ])("%s", (text) => {
    const [fact] = factsOf(clockReadings, [text], "date");
    const time = (fact as FactDraft<"clock">).value.time;
    expect(time && new Date(time.stated / 1000).toISOString()).toBe("2026-03-02T11:48:06.000Z");
  });
});

describe("errors about paths", () => {
  it.each([
    ["ls: cannot access '/a b/link': Structure needs cleaning", "/a b/link", "stat", "EUCLEAN"],
    ["ls: cannot access /x/link: Structure needs cleaning", "/x/link", "stat", "EUCLEAN"],
    ["ls: cannot open directory '/x': Input/output error", "/x", "open", "EIO"],
    ["ls: reading directory '/x': Bad message", "/x", "readdir", "EBADMSG"],
    ["ls: Zugriff auf '/x' nicht möglich: Datei oder Verzeichnis nicht gefunden", "/x", "stat", "ENOENT"],
    [`cat: ${LAYER}/link: No such file or directory`, `/var/lib/docker/overlay2/${LAYER}/link`, "open", "ENOENT"],
    ["tar: /x/member: Cannot stat: Structure needs cleaning", "/x/member", "stat", "EUCLEAN"],
    ["Error response from daemon: open /x/lower: structure needs cleaning", "/x/lower", "open", "EUCLEAN"],
    ["Error response from daemon: rename /a /b: directory not empty", "/a", "rename", "ENOTEMPTY"],
  ])("%s", (text, path, operation, errno) => {
    expect(readPathError(text)?.fact).toMatchObject({ path, operation, errno });
  });

  it.each([["Status: downloaded newer image"], ["total 32"], ["berry kernel: all is well"]])("none in %s", (text) =>
    expect(readPathError(text)).toBeNull(),
  );
});

describe("containers", () => {
  it.each([
    ["Up 9 days", "running", null, "9 days"],
    ["Up About an hour (Paused)", "paused", null, "About an hour"],
    ["Up 3 minutes (unhealthy)", "running", null, "3 minutes"],
    ["Exited (255) 3 days ago", "exited", 255, "3 days ago"],
    ["Restarting (1) 5 seconds ago", "restarting", 1, "5 seconds ago"],
    ["Removal In Progress", "removing", null, null],
    ["Created", "created", null, null],
    ["Dead", "dead", null, null],
    ["", null, null, null],
  ])("status %s", (text, state, exitCode, stateAge) => {
    expect(readStatus(text)).toMatchObject({ state, exitCode, stateAge });
  });

  it("reads the pod from a name", () => {
    expect(podOfName("k8s_POD_shop-0_default_9b1e_3")).toEqual({
      name: "shop-0",
      namespace: "default",
      uid: "9b1e",
      container: "POD",
      attempt: 3,
      sandbox: true,
    });
    expect(podOfName("shop")).toBeNull();
  });

  it("keeps to the columns when a command holds characters of several bytes", () => {
    const [fact] = factsOf(dockerPs, [
      "CONTAINER ID   IMAGE   COMMAND                  CREATED       STATUS       PORTS   NAMES   SIZE",
      '3b0f6a1c9d22   shop    "größe --ätsch --ver…"   6 hours ago   Up 2 hours           shop    0B (virtual 771kB)',
    ]);
    expect(fact?.value).toMatchObject({
      id: "3b0f6a1c9d22",
      status: "Up 2 hours",
      name: "shop",
      createdAge: "6 hours ago",
    });
  });

  it("puts rows together that a terminal wrapped", () => {
    const facts = factsOf(dockerPs, [
      "CONTAINER ID   IMAGE     COMMAND     CREATED       STATUS       PORTS     NAMES",
      '3b0f6a1c9d22   shop      "/bin/sh"   6 hours ago   Up 2 hours             a-ver',
      "y-long-name",
      '4b0f6a1c9d22   shop      "/bin/sh"   6 hours ago   Created',
    ]);
    expect(facts.map(({ key }) => key)).toEqual(["3b0f6a1c9d22", "4b0f6a1c9d22"]);
  });

  it("finds the layers of a container, the writable one first", () => {
    const value = {
      Id: "3b0f",
      State: { Status: "running", ExitCode: 0, FinishedAt: "0001-01-01T00:00:00Z" },
      GraphDriver: {
        Data: {
          LowerDir: `/var/lib/docker/overlay2/${LAYER}-init/diff:/var/lib/docker/overlay2/${"6b".repeat(32)}/diff`,
          UpperDir: `/var/lib/docker/overlay2/${LAYER}/diff`,
        },
      },
    };
    const [fact] = factsOf(dockerInspect, JSON.stringify([value], null, 2).split("\n"));
    expect(fact?.line.number).toBe(3);
    expect(fact?.value).toMatchObject({
      exitCode: null,
      finishedAt: null,
      layers: [LAYER, `${LAYER}-init`, "6b".repeat(32)],
    });
  });
});

describe("listings", () => {
  it.each([
    ["-?????????  ? ?    ?        ?            ? link", { name: "link", type: "unreadable", modified: null }],
    ["drwx------ 95 root root 16384 Nov  1 06:48 ..", { name: "..", type: "directory", size: 16384 }],
    ["  42 -rw-r--r-- 1 root root 26 2026-03-02 05:42 a b", { name: "a b", inode: 42, size: 26 }],
    ["lrwxrwxrwx 1 root root 72 Nov 23  2026 ABC -> ../x/diff", { name: "ABC", type: "symlink", target: "../x/diff" }],
    ["brw-rw---- 1 root disk 179, 2 Mar  2 05:42 mmcblk0p2", { name: "mmcblk0p2", type: "other", size: null }],
  ])("%s", (text, entry) => expect(readLsRow(text)).toMatchObject(entry));

  it("reads months of other languages", () => {
    const stated = readLsRow("-rw-r--r-- 1 root root 4 Mär  2 05:42 x")?.modified?.stated;
    expect(stated).toBe(readLsRow("-rw-r--r-- 1 root root 4 2 mars 05:42 x")?.modified?.stated);
    expect(stated).toBe(readLsRow("-rw-r--r-- 1 root root 4  3月  2 05:42 x")?.modified?.stated);
    expect(stated).toBe(readLsRow("-rw-r--r-- 1 root root 4 Mar  2 05:42 x")?.modified?.stated);
  });

  it.each([
    [
      "the command",
      "ls -la /srv/docker/overlay2/x/ 2>&1 | head",
      ["-rw-r--r-- 1 root root 4 Mar  2 05:42 lower"],
      "/srv/docker/overlay2/x/lower",
    ],
    [
      "an error beside it",
      null,
      ["ls: cannot access /srv/x/link: Structure needs cleaning", "-????????? ? ? ? ? ? link"],
      "/srv/x/link",
    ],
    [
      "the names",
      null,
      [`drwx------ 3 root root 4096 Mar  2 05:42 ${LAYER}-init`],
      `/var/lib/docker/overlay2/${LAYER}-init`,
    ],
    ["a header", "ls -la /x /y", ["/y:", "-rw-r--r-- 1 root root 4 Mar  2 05:42 a"], "/y/a"],
    ["nothing", null, ["-rw-r--r-- 1 root root 4 Mar  2 05:42 a"], "a"],
  ])("knows the directory from %s", (_name, command, texts, path) => {
    expect(factsOf(directoryListing, texts, command).filter(({ kind }) => kind === "directory-entry")[0]?.key).toBe(
      path,
    );
  });
});

describe("paths of pod logs", () => {
  const uid = "77aa954d1a767dfc15de6ca900728501";
  it.each([
    [`/var/log/pods/${uid}/web_2.log`, { uid, container: "web", attempt: 2 }],
    [
      `pods/default_shop-0_${uid}/web/3.log`,
      { uid, pod: "shop-0", namespace: "default", container: "web", attempt: 3 },
    ],
    [
      `/var/log/containers/shop-0_default_web-x-${LAYER}.log`,
      { pod: "shop-0", container: "web-x", containerId: LAYER },
    ],
    [`/var/lib/docker/containers/${LAYER}/${LAYER}-json.log.1`, { containerId: LAYER, container: null }],
  ])("%s", (path, parts) => expect(parsePodLogPath(path)).toMatchObject(parts));

  it("none in another path", () => expect(parsePodLogPath("/var/log/syslog")).toBeNull());
});

describe("values", () => {
  it("takes a time of 0 in ext4's counters for never", () => {
    const [fact] = factsOf(ext4Counters, ["errors_count=0", "first_error_time=0", "first_error_errcode=0"]);
    expect(fact?.value).toMatchObject({ errorCount: 0, firstErrorTime: null, firstErrorCode: null });
  });

  it("reads the units of df", () => {
    const rows = (header: string, row: string) => factsOf(diskUsage, [header, row])[0]?.value;
    expect(rows("Filesystem 1K-blocks Used Available Use% Mounted on", "/dev/sda1 100 50 50 50% /")).toMatchObject({
      size: 102400,
    });
    expect(rows("Filesystem Size Used Avail Use% Mounted on", "/dev/sda1 1.5G 50M 1G 5% /")).toMatchObject({
      size: 1610612736,
    });
    expect(rows("Filesystem Inodes IUsed IFree IUse% Mounted on", "/dev/sda1 100 100 0 100% /")).toMatchObject({
      unit: "inodes",
      percent: 100,
    });
  });

  it("takes the UTC of two dates, and the zone of the other", () => {
    const facts = factsOf(clockReadings, ["Sat Feb 28 18:03:24 CET 2026", "Sat Feb 28 17:03:24 UTC 2026"]);
    expect(facts[0]?.value).toMatchObject({ reading: "collection", zone: "CET", time: { clock: "utc" } });
  });

  it("says where a pod listens", () => {
    const manifest = [
      "apiVersion: v1",
      "kind: Pod",
      "metadata:",
      "  name: kube-apiserver",
      "spec:",
      "  containers:",
      "  - command: [kube-apiserver, --advertise-address=10.0.0.7]",
    ];
    expect(factsOf(staticManifest, manifest)[0]?.value).toMatchObject({
      namespace: "default",
      endpoints: ["10.0.0.7:6443"],
    });
  });
});

describe("lines of a document of docker inspect", () => {
  const placesOf = (blanks: number) => {
    const texts = ["[{", `"Id": "${"ab".repeat(32)}",`, ...Array.from({ length: blanks }, () => " ")];
    const [fact] = factsOf(dockerInspect, [...texts, '"State": {', '"Status": "exited"', "}", "}]"]);
    return (fact as { value: { places?: unknown } } | undefined)?.value.places;
  };

  it("tell where the state stands", () => {
    expect(placesOf(3)).toEqual({ state: { line: 7, byteOffset: 0, byteLength: 18 } });
  });

  it("are remembered up to a number that no container needs", () => {
    expect(placesOf(20_000)).toBeUndefined();
  });
});
