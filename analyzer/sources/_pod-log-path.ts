/**
 * Paths under which the kubelet keeps the logs of containers (kubernetes pkg/kubelet/kuberuntime/helpers.go and
 * legacy.go):
 *
 *     /var/log/pods/<uid>/<container>_<attempt>.log                           until 1.13
 *     /var/log/pods/<namespace>_<pod>_<uid>/<container>/<attempt>.log         since 1.14
 *     /var/log/containers/<pod>_<namespace>_<container>-<container id>.log    a link to one of these
 *     /var/lib/docker/containers/<container id>/<container id>-json.log       what both end at, with docker
 */

/** What a path says. Null for what it leaves out. */
export interface PodLogPath {
  uid: string | null;
  pod: string | null;
  namespace: string | null;
  container: string | null;
  attempt: number | null;
  containerId: string | null;
}

const NOTHING: PodLogPath = {
  uid: null,
  pod: null,
  namespace: null,
  container: null,
  attempt: null,
  containerId: null,
};

/** Rotated logs carry a date behind the name, compressed ones a suffix more. */
const ROTATED = String.raw`(?:\.\d{8}-\d{6})?(?:\.gz)?`;
const UID = String.raw`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}`;
const OLD = new RegExp(String.raw`(?:^|\/)pods\/(${UID})\/([^/_]+)_(\d+)\.log${ROTATED}$`);
const NEW = new RegExp(String.raw`(?:^|\/)pods\/([^/_]+)_([^/_]+)_(${UID})\/([^/]+)\/(\d+)\.log${ROTATED}$`);
const LINK = /(?:^|\/)containers\/([^/_]+)_([^/_]+)_([^/]+)-([0-9a-f]{64})\.log$/;
const DOCKER = /(?:^|\/)containers\/([0-9a-f]{64})\/\1-json\.log(?:\.\d+)?(?:\.gz)?$/;

/** Reads a path of one of the four layouts, wherever it lies inside a bundle; null for any other path. */
export function parsePodLogPath(path: string): PodLogPath | null {
  let match = NEW.exec(path);
  if (match) {
    const [, namespace = null, pod = null, uid = null, container = null, attempt] = match;
    return { ...NOTHING, namespace, pod, uid, container, attempt: Number(attempt) };
  }
  match = OLD.exec(path);
  if (match) {
    const [, uid = null, container = null, attempt] = match;
    return { ...NOTHING, uid, container, attempt: Number(attempt) };
  }
  match = LINK.exec(path);
  if (match) {
    const [, pod = null, namespace = null, container = null, containerId = null] = match;
    return { ...NOTHING, pod, namespace, container, containerId };
  }
  match = DOCKER.exec(path);
  return match ? { ...NOTHING, containerId: match[1] ?? null } : null;
}
