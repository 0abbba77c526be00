/**
 * `docker ps --format '{{json .}}'`: one object a line, of the texts the table would show (docker/cli
 * cli/command/formatter/container.go).
 *
 *     {"Command":"\"/bin/sh\"","CreatedAt":"2026-03-02 11:46:41 +0000 UTC","ID":"3b0f…","Names":"shop","Status":"Up 2 hours",…
 */
import type { ContainerFact } from "../model/fact.ts";
import type { SourceParser } from "../model/source.ts";
import { emptyContainer, podOfLabels, readStatus, sandboxOfLabels } from "./_container.ts";
import type { JsonObject } from "./_json-documents.ts";
import { readJsonDocuments, string } from "./_json-documents.ts";
import { emitForeign } from "./_path-error.ts";

/** `2026-03-02 11:46:41 +0100 CET` as ISO. */
function iso(text: string | null): string | null {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d):?(\d\d)/.exec(text ?? "");
  return match && `${match[1]}T${match[2]}${match[3]}:${match[4]}`;
}

/** `a=1,b=2`; a comma inside of a value cannot be told from one between labels. */
function labelsOf(text: string | null): Record<string, string> {
  const pairs = (text ?? "")
    .split(",")
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function factOf(value: JsonObject, id: string): ContainerFact {
  const name = string(value, "Names");
  const labels = labelsOf(string(value, "Labels"));
  const status = readStatus(string(value, "Status") ?? "");
  return {
    ...emptyContainer(id),
    name,
    image: string(value, "Image"),
    command: string(value, "Command")?.replaceAll(/^"|"$/g, "") ?? null,
    ...status,
    state: string(value, "State") ?? status.state,
    created: iso(string(value, "CreatedAt")),
    createdAge: string(value, "RunningFor"),
    pod: podOfLabels(labels, name),
    sandboxId: sandboxOfLabels(labels),
  };
}

const source: SourceParser = {
  id: "docker-ps-json",
  title: "docker ps, as JSON",
  kinds: ["docker-ps-json"],
  command: /^(?:docker|podman|nerdctl)(?: container)? (?:ps|ls)\b.*json/,
  sniff: (head) => (head.some((text) => /^\{.*"ID":"[0-9a-f]{12,64}".*"Names":"/.test(text)) ? 0.95 : 0),
  open: ({ sink }) =>
    readJsonDocuments({
      object: (value, line) => {
        const id = string(value, "ID");
        if (id === null || !("Status" in value)) sink.warning(line.number, "not a container of docker ps");
        else sink.fact("container", id, factOf(value, id), line);
      },
      other: (line) => emitForeign(line, sink, "a container of docker ps"),
      broken: (line, message) => sink.warning(line, message),
    }),
  samples: [
    {
      name: "one container a line",
      lines: [
        '{"Command":"\\"/bin/sh\\"","CreatedAt":"2026-03-02 11:46:41 +0000 UTC","ID":"3b0f6a1c9d22","Image":"shop:1.4","Labels":"io.kubernetes.pod.name=shop-0,io.kubernetes.pod.uid=9b1e,io.kubernetes.container.name=web","Names":"shop","RunningFor":"2 hours ago","State":"running","Status":"Up 2 hours"}',
        '{"Command":"\\"/bin/sh\\"","ID":"4b0f6a1c9d22","Image":"shop:1.4","Names":"cart","Status":"Exited (255) 2 hours ago"}',
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "a cut line",
      command: "docker ps -a --format '{{json .}}'",
      lines: ['{"ID":"3b0f6a1c9d22","Names":"shop","Sta'],
      events: 0,
      facts: 0,
      warnings: 1,
    },
  ],
};

export default source;
