/**
 * A container as docker's own documents describe it: an element of `docker inspect` and the daemon's config.v2.json
 * name most members alike (moby api/types/container and container/container.go).
 */
import type { ContainerFact } from "../model/fact.ts";
import { emptyContainer, layerIds, podOfLabels, sandboxOfLabels } from "./_container.ts";
import type { JsonObject } from "./_json-documents.ts";
import { flag, member, number, string } from "./_json-documents.ts";

/** Go's zero time stands for never. */
export function timeOf(value: JsonObject, key: string): string | null {
  const text = string(value, key);
  return text === null || text.startsWith("0001-01-01") ? null : text;
}

function stateOf(state: JsonObject): string | null {
  const status = string(state, "Status");
  if (status !== null) return status;
  if (flag(state, "Dead")) return "dead";
  if (flag(state, "RemovalInProgress")) return "removing";
  if (flag(state, "Restarting")) return "restarting";
  if (flag(state, "Paused")) return "paused";
  const running = flag(state, "Running");
  if (running === null) return null;
  if (running) return "running";
  return timeOf(state, "StartedAt") === null ? "created" : "exited";
}

function commandOf(value: JsonObject): string | null {
  const args = Array.isArray(value.Args) ? value.Args.filter((arg) => typeof arg === "string") : [];
  const words = [string(value, "Path") ?? "", ...args].filter((word) => word !== "");
  return words.length === 0 ? null : words.join(" ");
}

/** The container in a document of which is known that it is one. */
export function containerOfDocument(value: JsonObject, id: string): ContainerFact {
  const state = member(value, "State");
  const config = member(value, "Config");
  const driver = member(member(value, "GraphDriver"), "Data");
  const labels = member(config, "Labels");
  const name = string(value, "Name")?.replace(/^\//, "") ?? null;
  const now = stateOf(state);
  return {
    ...emptyContainer(id),
    name,
    image: string(config, "Image"),
    imageId: string(value, "Image"),
    command: commandOf(value),
    state: now?.toLowerCase() ?? null,
    exitCode: now === "running" || now === "paused" || now === "created" ? null : number(state, "ExitCode"),
    created: timeOf(value, "Created"),
    startedAt: timeOf(state, "StartedAt"),
    finishedAt: timeOf(state, "FinishedAt"),
    error: string(state, "Error"),
    oomKilled: flag(state, "OOMKilled"),
    restartCount: number(value, "RestartCount"),
    pod: podOfLabels(labels, name),
    sandboxId: sandboxOfLabels(labels),
    layers: layerIds(string(driver, "UpperDir"), string(driver, "LowerDir")),
    logPath: string(value, "LogPath"),
  };
}
