/**
 * The table of `docker images` (docker/cli cli/command/formatter/image.go). An image that can no longer be inspected
 * still has its names here.
 *
 *     REPOSITORY        TAG       IMAGE ID       CREATED        SIZE
 *     registry.example/till  1.4       51e0aa10c2f4   2 months ago   9.80MB
 */
import type { SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { emitForeign } from "./_path-error.ts";

const HEADER = /^REPOSITORY\s+TAG\s+(?:DIGEST\s+)?IMAGE ID\s/;
const ROW =
  /^(\S+)\s+(\S+)\s+(?:(?:sha256:[0-9a-f]{64}|<none>)\s+)?((?:sha256:)?(?:[0-9a-f]{64}|[0-9a-f]{12}))\s+\S.*$/;

const source: SourceParser = {
  id: "docker-images",
  title: "docker images",
  kinds: [],
  command: /^(?:docker|podman|nerdctl) (?:images|image ls)\b(?!.*(?:--format|-q))/,
  sniff: (head) => (head.some((text) => HEADER.test(text)) ? 0.95 : 0),
  open: ({ sink }) => ({
    line(line) {
      const [, repository = "", tag = "", id] = ROW.exec(line.text.trimEnd()) ?? [];
      if (id !== undefined) {
        const tags = repository === "<none>" || tag === "<none>" ? [] : [`${repository}:${tag}`];
        sink.fact("image", id, { id, tags, layers: [] }, line);
      } else if (!HEADER.test(line.text)) emitForeign(line, sink, "a row of docker images");
    },
    end: () => undefined,
  }),
  samples: [
    {
      name: "short ids, one without a name, a cut row",
      lines: [
        "REPOSITORY         TAG       IMAGE ID       CREATED        SIZE",
        "registry.example/till   1.4       51e0aa10c2f4   2 months ago   9.80MB",
        "<none>             <none>    52e0aa10c2f4   2 months ago   9.80MB",
        "registry.example/t",
      ],
      events: 1,
      facts: 2,
      warnings: 1,
    },
    {
      name: "long ids",
      command: "docker images --no-trunc",
      lines: [
        "REPOSITORY   TAG   IMAGE ID   CREATED        SIZE",
        `home/base    1     sha256:${"c7".repeat(32)}   2 months ago   7.10MB`,
      ],
      events: 0,
      facts: 1,
    },
  ],
};

export default bounded(source);
