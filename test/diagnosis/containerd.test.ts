/** A node without docker: what crictl prints becomes containers and pods that damage is followed to. */
import { describe, expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const TASK = "90aa31ffe0c41abc0f6a1c9d22a90aa31ffe0c41abc0f6a1c9d22a90aa31ffe0";
const SNAPSHOTS = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots";
const UID = "77aa954d1a767dfc15de6ca900728501";

const node: Record<string, string> = {
  "cri/ps.txt": `CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD                 NAMESPACE
3b0f6a1c9d22a       a1c95bcd7701b       3 hours ago         Exited              kube-apiserver      4                   77aa954d1a767       kube-apiserver-n7   kube-system
90aa31ffe0c41       a1c95bcd7702b       9 days ago          Running             shop                2                   88aa954d1a768       shop-x2x9k          default
`,
  "cri/pods.txt": `POD ID              CREATED             STATE               NAME                NAMESPACE           ATTEMPT             RUNTIME
77aa954d1a767       9 days ago          Ready               kube-apiserver-n7   kube-system         2                   (default)
88aa954d1a768       9 days ago          Ready               shop-x2x9k          default             0                   (default)
`,
  "system/mounts.txt": `/dev/sda2 / ext4 rw,relatime,errors=remount-ro 0 0
overlay /run/containerd/io.containerd.runtime.v2.task/k8s.io/${TASK}/rootfs overlay rw,relatime,lowerdir=${SNAPSHOTS}/31/fs:${SNAPSHOTS}/30/fs,upperdir=${SNAPSHOTS}/77/fs,workdir=${SNAPSHOTS}/77/work 0 0
`,
  "pods/links.txt": `/var/log/pods:
total 8
drwxr-xr-x 3 root root 4096 Mar  2 05:44 kube-system_kube-apiserver-n7_${UID}

/var/log/pods/kube-system_kube-apiserver-n7_${UID}/kube-apiserver:
total 0
-rw-r----- 1 root root 165 Mar  2 05:45 4.log
`,
  "journal.txt": `Mar 02 11:46:20 n7 containerd[700]: time="2026-03-02T11:46:20.120Z" level=error msg="ExecSync for \\"${TASK}\\" failed" error="rpc error: code = Unknown desc = open ${SNAPSHOTS}/30/fs/usr/bin/sh: structure needs cleaning"
Mar 02 11:46:21 n7 kernel: EXT4-fs error (device sda2): ext4_lookup:1855: inode #40988: comm sh: deleted inode referenced: 41009
`,
};

describe("a node of containerd", () => {
  test("its containers and pods are in the report, each with the other", async () => {
    const { containers } = await reportOf(node);
    expect(containers.map(({ name, pod, state }) => [name, pod, state])).toEqual([
      ["kube-apiserver", "kube-system/kube-apiserver-n7", "Exited"],
      ["shop", "default/shop-x2x9k", "Running"],
      ["POD (sandbox)", "kube-system/kube-apiserver-n7", "Ready"],
      ["POD (sandbox)", "default/shop-x2x9k", "Ready"],
    ]);
  });

  test("a damaged path is followed to its snapshot, container and pod", async () => {
    const report = await reportOf(node);
    const damage = report.findings.find(({ rule }) => rule === "filesystem-damage");
    expect(damage?.entities).toContain("layer:snapshots/30");
    expect(damage?.summary).toContain("container shop (90aa31ffe0c4) of pod default/shop-x2x9k");
    const links = report.links.map(({ from, to, kind }) => `${from} ${kind} ${to}`);
    expect(links).toContain(`container:${TASK} has-layer layer:snapshots/30`);
    expect(links).toContain(`container:${TASK} sandboxed-by container:88aa954d1a768`);
    expect(report.containers.find(({ name }) => name === "shop")?.damaged).toBe(true);
  });

  test("what to do is said in the commands of such a node", async () => {
    const report = await reportOf(node);
    const commands = report.rootCauses.flatMap(({ remedy }) => remedy.map(({ command }) => command ?? ""));
    expect(commands.join("\n")).toMatch(
      /sudo systemctl start containerd && sudo crictl pull .* && sudo crictl rm -f .*sudo systemctl start kubelet/,
    );
    expect(commands.join("\n")).not.toMatch(/docker/);
  });

  test("the uid of a static pod comes from the directory of its logs", async () => {
    const report = await reportOf(node);
    const down = report.findings.find(({ rule }) => rule === "control-plane-down");
    expect(down?.entities).toContain(`pod:${UID}`);
    expect(down?.title).toContain("static pod kube-apiserver-n7");
    expect(down?.summary).toContain("attempt 4");
  });

  test("an older crictl names no pods beside its containers: the sandbox does", async () => {
    const old = (node["cri/ps.txt"] ?? "").replaceAll(
      / {2,}POD {2,}NAMESPACE| {2,}(?:kube-apiserver-n7|shop-x2x9k) .*/g,
      "",
    );
    const { containers } = await reportOf({ ...node, "cri/ps.txt": old });
    expect(containers.find(({ name }) => name === "shop")?.pod).toBe("default/shop-x2x9k");
  });

  test("the same from JSON, and exit codes of crictl inspect", async () => {
    const list = {
      containers: [
        {
          id: TASK,
          podSandboxId: "88aa954d1a768",
          metadata: { name: "shop", attempt: 2 },
          image: { image: "sha256:a1c9", userSpecifiedImage: "shop:1.4" },
          state: "CONTAINER_RUNNING",
          createdAt: "1772452000123456789",
          labels: {
            "io.kubernetes.pod.name": "shop-x2x9k",
            "io.kubernetes.pod.namespace": "default",
            "io.kubernetes.pod.uid": "aa11",
          },
        },
      ],
    };
    const dead = {
      status: {
        id: "3b0f6a1c9d22a",
        metadata: { name: "kube-apiserver", attempt: 4 },
        state: "CONTAINER_EXITED",
        exitCode: 255,
        finishedAt: "2026-03-02T05:42:44.1Z",
      },
      info: { sandboxID: "77aa954d1a767" },
    };
    const { "cri/pods.txt": pods = "" } = node;
    const report = await reportOf({
      "pods.txt": pods,
      "ps.json": JSON.stringify(list, null, 2),
      "inspect.json": JSON.stringify(dead, null, 2),
    });
    expect(report.containers.find(({ name }) => name === "shop")).toMatchObject({
      pod: "default/shop-x2x9k",
      image: "shop:1.4",
    });
    expect(report.findings.find(({ rule }) => rule === "exit-255")?.window?.from).toBe("2026-03-02T05:42:44.100Z");
  });
});
