/**
 * Pod logs of which only the name is known, from listings:
 *
 *     /var/log/containers/shop-0_default_web-1f2e….log -> /var/log/pods/default_shop-0_9b1e…/web/2.log
 */
import type { Line, ParseSink } from "../model/source.ts";
import { parsePodLogPath } from "./_pod-log-path.ts";

/**
 * Emits a pod-log fact when the path is one of the kubelet's, with what the link's target adds. A link of
 * /var/log/containers whose target is not known says neither uid nor attempt: they are "" and -1.
 */
export function emitPodLog(path: string, target: string | null, line: Line, sink: ParseSink): void {
  const own = parsePodLogPath(path);
  if (!own || own.container === null) return;
  const beyond = target === null ? null : parsePodLogPath(target);
  sink.fact(
    "pod-log",
    path,
    {
      uid: own.uid ?? beyond?.uid ?? "",
      pod: own.pod ?? beyond?.pod ?? null,
      namespace: own.namespace ?? beyond?.namespace ?? null,
      container: own.container,
      attempt: own.attempt ?? beyond?.attempt ?? -1,
      containerId: own.containerId ?? beyond?.containerId ?? null,
      path,
      collected: false,
    },
    line,
  );
}
