/** Which runtime a node has, as far as its commands differ, and remedies written for docker in the words of another. */
import type { RuleView } from "./types.ts";

export type Runtime = "docker" | "containerd" | "k3s" | "rke2";

/** States of crictl's lists; docker writes `Up 2 hours` and `Exited (1) 2 hours ago`. */
const CRI_STATE = /^(?:Running|Exited|Created|Unknown|Ready|NotReady|(?:CONTAINER|SANDBOX)_\w+)$/;

/** The runtime whose files a path lies among; without one, the runtime whose list of containers is in the bundle. */
export function runtimeOf(view: RuleView, path: string | undefined): Runtime {
  const rancher = /\/rancher\/(k3s|rke2)\//.exec(path ?? "")?.[1];
  if (rancher !== undefined) return rancher as Runtime;
  if (/\/io\.containerd\./.test(path ?? "")) return "containerd";
  if (/\/(?:overlay2|docker)\//.test(path ?? "")) return "docker";
  const listed = view.facts("container").filter(({ value }) => value.pod !== null);
  const cri = listed.length > 0 && listed.every(({ value }) => CRI_STATE.test(value.status ?? ""));
  if (!cri) return "docker";
  const kubernetes = view.facts("node").find(({ value }) => value.runtime?.includes("k3s"));
  return kubernetes ? "k3s" : "containerd";
}

const SNAPSHOTS = "io.containerd.snapshotter.v1.overlayfs/snapshots";

/** A command for docker as one that does the same on a node without docker. */
export function commandFor(runtime: Runtime, command: string): string {
  if (runtime === "docker") return command;
  const own = runtime === "containerd";
  const crictl = runtime === "k3s" ? "sudo k3s crictl" : "sudo crictl";
  const root = own ? "/var/lib/containerd" : `/var/lib/rancher/${runtime}/agent/containerd`;
  const unit = runtime === "rke2" ? "rke2-server" : runtime;
  return command
    .replaceAll(/(?:\bsudo )?\bdocker rmi -f /g, `${crictl} rmi `)
    .replaceAll(/(?:\bsudo )?\bdocker (ps|rm|pull|images)\b/g, `${crictl} $1`)
    .replaceAll(/stop kubelet docker docker\.socket containerd/g, own ? "stop kubelet containerd" : `stop ${unit}`)
    .replaceAll(/\bstart docker(?= &&|;|$)/g, own ? "start containerd" : `start ${unit}`)
    .replaceAll(/; sudo systemctl start kubelet$/g, own ? "; sudo systemctl start kubelet" : "")
    .replaceAll(/(start|restart) docker kubelet/g, own ? "$1 containerd kubelet" : `$1 ${unit}`)
    .replaceAll("/var/lib/docker/overlay2", `${root}/${SNAPSHOTS}`);
}
