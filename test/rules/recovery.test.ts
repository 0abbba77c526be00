/** What failed once or twice at a start and worked afterwards is no trouble of the node. */
import { describe, expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const REFUSED =
  '2026-03-02T10:00:07+0000 n7 kubelet[700]: E0302 10:00:07.100000     700 kubelet_node_status.go:96] "Unable to register node with API server" err="Post \\"https://10.0.0.7:6443/api/v1/nodes\\": dial tcp 10.0.0.7:6443: connect: connection refused" node="n7"';
const REGISTERED =
  '2026-03-02T10:00:14+0000 n7 kubelet[700]: I0302 10:00:14.100000     700 kubelet_node_status.go:76] "Successfully registered node" node="n7"';
const LATER =
  '2026-03-02T12:00:00+0000 n7 kubelet[700]: I0302 12:00:00.100000     700 scope.go:117] "RemoveContainer" containerID="aa"';

const OTHER = "2026-03-02T12:00:00+0000 n7 CRON[900]: (root) CMD (true)";

async function findingsOf(...lines: string[]) {
  const { findings } = await reportOf({ "journal.txt": `${lines.join("\n")}\n` });
  return findings.map(({ rule, severity, active }) => [rule, severity, active]);
}

describe("a kubelet that registered", () => {
  test("ends what it complained of once at its start", async () => {
    expect(await findingsOf(REFUSED, REGISTERED, LATER)).toEqual([
      ["apiserver-refused", "info", false],
      ["kubelet-not-registered", "info", false],
    ]);
  });

  test("says nothing where the log ends at once", async () => {
    const found = await findingsOf(REFUSED, REGISTERED);
    expect(found.every(([, severity, active]) => severity === "major" && active !== false)).toBe(true);
  });

  test("nor where the complaint comes after it", async () => {
    const found = await findingsOf(REGISTERED, REFUSED.replaceAll("10:00:07", "10:00:20"), OTHER);
    expect(found.every(([, severity, active]) => severity === "major" && active !== false)).toBe(true);
  });

  test("is told by the order of the lines where no line has a year", async () => {
    const yearless = [REFUSED, REGISTERED, LATER].map((line) =>
      line.replace(/^2026-03-02T([\d:]+)\+0000/, "Mar 02 $1"),
    );
    expect(await findingsOf(...yearless)).toEqual([
      ["apiserver-refused", "info", false],
      ["kubelet-not-registered", "info", false],
    ]);
  });
});

describe("a kubelet that works", () => {
  const lost =
    '2026-03-02T10:00:20+0000 n7 kubelet[700]: E0302 10:00:20.100000     700 controller.go:195] "Failed to update lease" err="Put \\"https://10.0.0.7:6443/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n7?timeout=10s\\": http2: client connection lost"';

  test("and complains no more for half an hour has what it missed once", async () => {
    expect(await findingsOf(lost, LATER)).toEqual([["kubelet-not-registered", "info", false]]);
  });

  test("says nothing a minute later", async () => {
    const soon = LATER.replaceAll("12:00:00", "10:01:00");
    expect(await findingsOf(lost, soon)).toEqual([["kubelet-not-registered", "major", true]]);
  });
});

describe("an image that was pulled", () => {
  const failed =
    '2026-03-02T10:00:07+0000 n7 kubelet[700]: E0302 10:00:07.100000     700 remote_image.go:171] "PullImage from image service failed" err="failed to pull image \\"reg.example.net/web:1\\": failed to do request: Head \\"https://reg.example.net/v2/web/manifests/1\\": net/http: TLS handshake timeout" image="reg.example.net/web:1"';
  const pulled = (image: string): string =>
    `2026-03-02T10:01:14+0000 n7 kubelet[700]: I0302 10:01:14.100000     700 event.go:307] "Event occurred" object="default/web" kind="Pod" type="Normal" reason="Pulled" message="Successfully pulled image \\"${image}\\" in 2.1s"`;

  test("ends the failed pulls of that image", async () => {
    const found = await findingsOf(failed, pulled("reg.example.net/web:1"), LATER);
    expect(found.length).toBeGreaterThan(0);
    expect(found.every(([, severity]) => severity === "info")).toBe(true);
  });

  test("and of no other", async () => {
    const found = await findingsOf(failed, pulled("reg.example.net/db:1"), LATER);
    expect(found.some(([, severity]) => severity === "minor")).toBe(true);
  });
});
