/** Pods as the kubelet of the dockershim leaves them behind: names, labels and links of the logs are its own. */
import type { LabNode } from "./node.ts";

export interface Pod {
  name: string;
  namespace: string;
  uid: string;
  container: string;
  image: string;
}

export const apiserver: Pod = {
  name: "kube-apiserver-lab-k1",
  namespace: "kube-system",
  uid: "5d1f0a3c7be94d2f8e6a1b0c9d8e7f60",
  container: "kube-apiserver",
  image: "lab/kube-apiserver:v1",
};
export const web: Pod = {
  name: "web-7c5ddbdf54-x2x9k",
  namespace: "default",
  uid: "0b0c1d2e-3f40-4a51-9b62-c3d4e5f60718",
  container: "web",
  image: "lab/web:v1",
};
export const proxy: Pod = {
  name: "kube-proxy-6qv8r",
  namespace: "kube-system",
  uid: "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d",
  container: "kube-proxy",
  image: "lab/kube-proxy:v1",
};

/** Imports a root filesystem of busybox, and puts two more layers on it for every image. */
const IMAGES = String.raw`
mkdir -p /root/base/bin
cp "$(command -v busybox)" /root/base/bin/busybox
ln -s busybox /root/base/bin/sh
tar -C /root/base -c . | docker import - lab/base:v1
for name in kube-apiserver web kube-proxy; do
  from=lab/base:v1
  for layer in one two; do
    docker create --name build $from /bin/sh >/dev/null
    echo "$name $layer" >/root/$layer.txt
    docker cp /root/$layer.txt build:/$layer.txt
    docker commit build lab/$name:v1 >/dev/null
    docker rm build >/dev/null
    from=lab/$name:v1
  done
done
`;

function labels(pod: Pod, more: Record<string, string>): string {
  const all: Record<string, string> = {
    "io.kubernetes.pod.name": pod.name,
    "io.kubernetes.pod.namespace": pod.namespace,
    "io.kubernetes.pod.uid": pod.uid,
    ...more,
  };
  return Object.entries(all)
    .map(([name, value]) => `--label ${name}=${value}`)
    .join(" ");
}

/** Runs the sandbox of a pod and its container, and links the log as the kubelet does. Container ids. */
export function runPod(node: LabNode, pod: Pod): { sandbox: string; container: string } {
  const place = `${pod.name}_${pod.namespace}_${pod.uid}`;
  const sandboxLabels = labels(pod, {
    "io.kubernetes.container.name": "POD",
    "io.kubernetes.docker.type": "podsandbox",
  });
  const sandbox = node.must(
    `docker run -d --network none --name k8s_POD_${place}_0 ${sandboxLabels} lab/base:v1 /bin/busybox sleep 100000`,
  );
  const logs = `/var/log/pods/${pod.namespace}_${pod.name}_${pod.uid}/${pod.container}`;
  const containerLabels = labels(pod, {
    "io.kubernetes.container.name": pod.container,
    "io.kubernetes.docker.type": "container",
    "io.kubernetes.sandbox.id": sandbox,
    "io.kubernetes.container.logpath": `${logs}/0.log`,
    "annotation.io.kubernetes.container.restartCount": "0",
  });
  const container = node.must(
    `docker run -d --network container:${sandbox} --name k8s_${pod.container}_${place}_0 ${containerLabels} ` +
      `${pod.image} /bin/sh -c 'echo ${pod.container} is serving; exec /bin/busybox sleep 100000'`,
  );
  node.must(
    `mkdir -p ${logs} /var/log/containers && cd /var/log && ` +
      `ln -s /var/lib/docker/containers/${container}/${container}-json.log ${logs}/0.log && ` +
      `ln -s ${logs}/0.log containers/${pod.name}_${pod.namespace}_${pod.container}-${container}.log`,
  );
  return { sandbox, container };
}

export function buildImages(node: LabNode): void {
  node.must(IMAGES);
}

/** The id of the writable layer of a container, and of the layers below it, topmost first. */
export function layersOf(node: LabNode, container: string): { upper: string; lower: string[] } {
  const data = node.must(
    `docker inspect -f '{{.GraphDriver.Data.UpperDir}} {{.GraphDriver.Data.LowerDir}}' ${container}`,
  );
  const [upper = "", ...lower] = data.split(/[ :]/).map((path) => path.split("/").at(-2)!);
  return { upper, lower };
}
