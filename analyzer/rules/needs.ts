import type { Database } from "better-sqlite3";

/** A body of evidence that rules need, with the command that gets it when it is not in the bundle. */
export interface Need {
  id: string;
  title: string;
  /** What its absence keeps from being known. */
  why: string;
  command: string | null;
  /** True when the store holds any of it. */
  present: string;
}

const events = (origins: string): string => `SELECT 1 FROM origin WHERE name IN (${origins}) AND events > 0 LIMIT 1`;
const fact = (kind: string, filter = ""): string => `SELECT 1 FROM fact WHERE kind = '${kind}' ${filter} LIMIT 1`;

export const needs: Need[] = [
  {
    id: "kernel-log",
    title: "the kernel's log",
    why: "only the kernel says when and how the disk or the filesystem failed, and whether power or memory ran out",
    command: "sudo dmesg; sudo journalctl -k --no-pager",
    present: events("'kernel'"),
  },
  {
    id: "ext4-superblock",
    title: "the ext4 superblock",
    why: "it dates the first and the last error, even when the logs of that day are gone",
    command: "sudo dumpe2fs -h {device}",
    present: fact("ext4"),
  },
  {
    id: "kubelet-log",
    title: "the kubelet's log",
    why: "it names the pods that cannot be started, and why",
    command: "sudo journalctl -u kubelet --no-pager",
    present: events("'kubelet', 'k3s', 'rke2', 'microk8s.daemon-kubelite'"),
  },
  {
    id: "runtime-log",
    title: "the log of the container runtime",
    why: "it says why containers could not be created, started or read",
    command: "sudo journalctl -u docker -u containerd --no-pager",
    present: events("'dockerd', 'docker', 'containerd', 'k3s'"),
  },
  {
    id: "container-list",
    title: "the list of containers",
    why: "it tells which containers run and which have ended, and how",
    command: "docker ps -a --no-trunc   (containerd: sudo crictl ps -a)",
    present: fact("container"),
  },
  {
    id: "layer-listing",
    title: "a listing of the overlay2 directory",
    why: "it shows entries that cannot be read and layers that are not there any more",
    command: "sudo ls -laR /var/lib/docker/overlay2 --ignore=diff --ignore=merged",
    present: fact("directory-entry", "AND key LIKE '%/overlay2/%'"),
  },
  {
    id: "mounts",
    title: "the table of mounts",
    why: "it tells which device a path lies on and whether it was remounted read-only",
    command: "cat /proc/mounts",
    present: fact("mount"),
  },
  {
    id: "disk-usage",
    title: "the disk usage",
    why: "a full disk looks like many other failures",
    command: "df -h; df -i",
    present: fact("disk-usage"),
  },
  {
    id: "clock",
    title: "the node's clock and uptime",
    why: "without it a wrong clock or a reboot cannot be told from a long pause",
    command: "date -u; cat /proc/uptime; timedatectl",
    present: fact("clock"),
  },
  {
    id: "certificate-dates",
    title: "the dates of the certificates",
    why: "an expired certificate is told apart from a wrong clock or another CA by its dates",
    command: "date -u; sudo kubeadm certs check-expiration",
    present: fact("certificate"),
  },
  {
    id: "logs",
    title: "any log",
    why: "without one there is nothing to read",
    command: "sudo journalctl --no-pager",
    present: "SELECT 1 FROM event LIMIT 1",
  },
];

/** What only a node of Kubernetes has. */
const OF_KUBERNETES = ["kubelet-log", "certificate-dates"];

/**
 * Ids of the needs that the store meets.
 * @param absent steps of the collector that found nothing of theirs on the node: where there is no Kubernetes, nothing
 * is missing of it
 */
export function presentNeeds(database: Database, absent: Set<string>): Set<string> {
  const met = needs.filter((need) => database.prepare(need.present).get() !== undefined).map((need) => need.id);
  const isWithout = ["kubelet-pods", "static-manifests", "certificate-dates"].every((step) => absent.has(step));
  return new Set(isWithout && !met.includes("kubelet-log") ? [...met, ...OF_KUBERNETES] : met);
}

/** The needs that are not met, with the device in their commands where it is known. */
export function missingNeeds(present: Set<string>, device: string | null): Need[] {
  const absent = needs.filter((need) => !present.has(need.id) && need.id !== "logs");
  const name = device && /^[\w/.-]+$/.test(device) ? device : "/dev/<partition>";
  return absent.map((need) => ({ ...need, command: need.command?.replace("{device}", name) ?? null }));
}
