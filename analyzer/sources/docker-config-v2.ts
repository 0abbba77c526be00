/**
 * What dockerd keeps of a container on disk: /var/lib/docker/containers/<id>/config.v2.json (moby
 * container/container.go), one document a file or several printed one after the other. It is there when the daemon is
 * not, and when it refuses to inspect.
 *
 *     {"StreamConfig":{},"State":{"Running":false,"ExitCode":255,…},"ID":"3b0f…","Created":"2026-03-02T16:20:05.12Z",…
 */
import type { SourceParser } from "../model/source.ts";
import { containerOfDocument } from "./_docker-document.ts";
import { readJsonDocuments, string } from "./_json-documents.ts";
import { emitForeign } from "./_path-error.ts";

const source: SourceParser = {
  id: "docker-config-v2",
  title: "docker's config.v2.json",
  kinds: ["docker-config-v2"],
  command: /^cat\b.*\/config\.v2\.json\b/,
  path: /(?:^|\/)config\.v2\.json$/,
  sniff: (head) => {
    const own = head.some(
      (text) => text.startsWith('{"StreamConfig":') || /^\{.*"State":\{"Running":.*"ID":"[0-9a-f]{64}"/.test(text),
    );
    return own ? 0.95 : 0;
  },
  open: ({ sink }) =>
    readJsonDocuments({
      object: (value, line) => {
        const id = string(value, "ID");
        if (id !== null && "State" in value) sink.fact("container", id, containerOfDocument(value, id), line);
        // hostconfig.json lies beside it and is printed along by a glob.
        else if (!("NetworkMode" in value)) sink.warning(line.number, "not a config.v2.json");
      },
      other: (line) => emitForeign(line, sink, "a config.v2.json"),
      broken: (line, message) => sink.warning(line, message),
    }),
  samples: [
    {
      name: "two, and an error between them",
      lines: [
        '{"StreamConfig":{},"State":{"Running":false,"Dead":false,"ExitCode":255,"Error":"","StartedAt":"2026-03-02T05:42:44Z","FinishedAt":"2026-03-02T11:46:31Z"},"ID":"3b0f6a1c9d22","Name":"/shop","Config":{"Image":"shop:1.4","Labels":{}}}',
        "cat: /var/lib/docker/containers/4b0f/config.v2.json: Input/output error",
        '{"StreamConfig":{},"State":{"Running":true,"StartedAt":"2026-03-02T11:46:44Z"},"ID":"5b0f6a1c9d22","Name":"/cart"}',
      ],
      events: 1,
      facts: 3,
    },
    {
      name: "a cut document",
      path: "docker/containers/3b0f/config.v2.json",
      lines: ['{"StreamConfig":{},"State":{"Running":true},"ID":"5b0f6a1c9d22"', ""],
      events: 0,
      facts: 0,
      warnings: 1,
    },
  ],
};

export default source;
