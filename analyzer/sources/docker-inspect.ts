/**
 * `docker inspect` of containers and images (moby api/types: ContainerJSON and ImageInspect): an array of objects, one
 * per thing that could be inspected. For one that could not, the daemon's error stands beside the array.
 *
 *     [{"Id": "3b0f…", "State": {"Status": "exited", "ExitCode": 255, …}, "GraphDriver": {"Data": {"UpperDir": …
 */
import type { ContainerFact, FieldPlaces } from "../model/fact.ts";
import type { Line, ParseContext, ParseSink, SourceParser } from "../model/source.ts";
import { layerIds } from "./_container.ts";
import { containerOfDocument } from "./_docker-document.ts";
import type { JsonObject } from "./_json-documents.ts";
import { member, readJsonDocuments, string } from "./_json-documents.ts";
import { emitForeign } from "./_path-error.ts";

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

const TOLD = {
  state: '"Status":',
  exitCode: '"ExitCode":',
  oomKilled: '"OOMKilled":',
  startedAt: '"StartedAt":',
  finishedAt: '"FinishedAt":',
};

/** Where a pretty-printed document tells what is shown of a container. */
function placesIn(placeOf: (text: string) => FieldPlaces[string] | null): Pick<ContainerFact, "places"> {
  const found = Object.entries(TOLD).flatMap(([field, text]) => {
    const place = placeOf(text);
    return place ? [[field, place] as const] : [];
  });
  return found.length > 0 ? { places: Object.fromEntries(found) } : {};
}

function emit(
  value: JsonObject,
  line: Line,
  placeOf: (text: string) => FieldPlaces[string] | null,
  sink: ParseSink,
): void {
  const id = string(value, "Id") ?? string(value, "ID");
  if (id === null) sink.warning(line.number, "not a document of docker inspect");
  else if ("State" in value) {
    sink.fact("container", id, { ...containerOfDocument(value, id), ...placesIn(placeOf) }, line);
  } else if ("RepoTags" in value) {
    const driver = member(member(value, "GraphDriver"), "Data");
    const layers = layerIds(string(driver, "UpperDir"), string(driver, "LowerDir"));
    sink.fact("image", id, { id, tags: strings(value.RepoTags), layers }, line);
  }
}

const HEAD = /^\s*\[?\s*(?:\{\s*)?(?:"Id"\s*:\s*"|$)/;

const source: SourceParser = {
  id: "docker-inspect",
  title: "docker inspect",
  kinds: ["docker-inspect"],
  command: /^(?:docker|podman|nerdctl)(?: (?:container|image))? inspect\b(?!.*(?: -f\b|--format))/,
  sniff: (head) => {
    const first = head.slice(0, 3).join("").trim();
    if (first === "[]" && head.filter((text) => text.trim() !== "").length === 1) return 0.55;
    const document = head.find((text) => text.includes('"Id"'));
    if (!first.startsWith("[") || document === undefined || !HEAD.test(document)) return 0;
    return head.some((text) => /"(?:RepoTags|RepoDigests|Created|State|Path)"\s*:/.test(text)) ? 0.95 : 0.3;
  },
  open: ({ sink }: ParseContext) =>
    readJsonDocuments({
      object: (value, line, placeOf) => emit(value, line, placeOf, sink),
      other: (line) => emitForeign(line, sink, "JSON of docker inspect"),
      broken: (line, message) => sink.warning(line, message),
    }),
  samples: [
    {
      name: "a container, pretty printed, and one that failed",
      command: "docker inspect shop 7d1f",
      lines: [
        "[",
        "    {",
        '        "Id": "3b0f6a1c9d22",',
        '        "Created": "2026-03-02T16:20:05.12Z",',
        '        "Path": "/bin/sh",',
        '        "Args": ["-c", "echo \\"}\\""],',
        '        "State": {"Status": "exited", "ExitCode": 255, "StartedAt": "2026-03-02T05:42:44Z", "FinishedAt": "0001-01-01T00:00:00Z"},',
        '        "Name": "/shop",',
        '        "GraphDriver": {"Data": {"UpperDir": "/var/lib/docker/overlay2/1f2e0000aa11/diff"}, "Name": "overlay2"}',
        "    }",
        "]",
        "Error response from daemon: open /var/lib/docker/overlay2/2f2e0000aa11/lower: structure needs cleaning",
      ],
      events: 1,
      facts: 2,
    },
    {
      name: "images on one line",
      lines: [
        '[{"Id":"sha256:77c0","RepoTags":["shop:1.4"],"GraphDriver":{"Data":{"UpperDir":"/x/overlay2/1f2e0000aa11/diff"}}},{"Id":"sha256:77c1","RepoTags":[]}]',
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "cut in the second document",
      lines: ['[{"Id": "3b0f6a1c9d22", "State": {"Running": true}},', '{"Id": "3b0f6a1c9d23", "State": {"Run'],
      events: 0,
      facts: 1,
      warnings: 1,
    },
  ],
};

export default source;
