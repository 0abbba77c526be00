/** Kills for want of memory: a title names the biggest, the summary all that is known of them. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const SIZES = { node: 250_000, java: 1_508_000, etcd: 220_000, prometheus: 900_000 };

function killed(scope: string, names: (keyof typeof SIZES)[]): string {
  return names
    .map(
      (name, index) =>
        `[ 880${index}.200000] ${scope}: Killed process ${4410 + index} (${name}) total-vm:2246184kB, anon-rss:${SIZES[name]}kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:140kB oom_score_adj:900\n`,
    )
    .join("");
}

test.each([
  ["out-of-memory", "Out of memory", "The node ran out of memory (OOM): the kernel killed "],
  [
    "container-out-of-memory",
    "Memory cgroup out of memory",
    "A container reached its own limit of memory and was killed: ",
  ],
])(
  "%s",
  async (rule, scope, words) => {
    const finding = async (names: (keyof typeof SIZES)[]) => {
      const { findings } = await reportOf({ "dmesg.txt": killed(scope, names) });
      return findings.find((own) => own.rule === rule);
    };
    const many = await finding(["node", "java", "etcd", "prometheus"]);
    expect(many?.title).toBe(`${words}java (1.4 GiB), prometheus (879 MiB) and 2 more`);
    expect(many?.summary).toContain(
      "java (pid 4411, 1.4 GiB), prometheus (pid 4413, 879 MiB), node (pid 4410, 244 MiB), etcd (pid 4412, 215 MiB)",
    );
    expect((await finding(["java", "node"]))?.title).toBe(`${words}java (1.4 GiB) and node (244 MiB)`);
    expect((await finding(["java"]))?.title).toBe(`${words}java (1.4 GiB)`);
  },
  30_000,
);
