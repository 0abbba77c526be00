/** What the readers of crictl's tables and documents share (cri-tools cmd/crictl, CRI runtime/v1 api.proto). */
import type { ContainerFact, PodName } from "../model/fact.ts";
import { emptyContainer } from "./_container.ts";

/** A container or the sandbox of a pod, as the CRI lists it. Null where it was not said. */
export interface CriRow {
  id: string;
  sandbox: boolean;
  /** `Running`, `Exited`, `Ready`, `NotReady`, also in the form `CONTAINER_EXITED`. */
  state: string | null;
  /** Name of the container; of the pod for a sandbox. */
  name: string | null;
  attempt: number;
  image: string | null;
  createdAge: string | null;
  /** Id of the sandbox that a container runs in. */
  sandboxId: string | null;
  pod: Pick<PodName, "name" | "namespace" | "uid">;
}

const STATES: Record<string, string> = {
  running: "running",
  exited: "exited",
  created: "created",
  unknown: "dead",
  ready: "running",
  notready: "exited",
};

/** The state in docker's words: a sandbox that is ready runs, one that is not has ended. */
export function criState(text: string | null): string | null {
  return STATES[(text ?? "").toLowerCase().replace(/^(?:container|sandbox)_/, "")] ?? null;
}

/**
 * The fact of a container in the form that docker's lists give, so that every check reads both. crictl does not print
 * the uid of the pod, and older versions not even its name: those parts stay empty, and the sandbox's id tells the pod.
 */
export function criContainer(row: CriRow): ContainerFact {
  const { name, namespace, uid } = row.pod;
  const container = row.sandbox ? "POD" : (row.name ?? "");
  return {
    ...emptyContainer(row.id),
    name: row.name,
    image: row.image,
    state: criState(row.state),
    status: row.state,
    createdAge: row.createdAge,
    pod: { name, namespace, uid, container, attempt: row.attempt, sandbox: row.sandbox },
    sandboxId: row.sandboxId,
  };
}
