/**
 * Lists of absolute paths, one a line, as find(1) and `ls -d` print them:
 *
 *     /var/log/pods/9b1e4a00-0001-4002-8003-00000000c0de/web_0.log
 *     /var/lib/docker/overlay2/1f2e…/diff
 *
 * They tell which logs of pods there were, and which layers. (The rows of `find -ls` are those of a listing.)
 */
import type { SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { emitForeign, readPathError } from "./_path-error.ts";
import { emitPodLog } from "./_pod-log.ts";

const PATH = /^\/[^\0:*?"<>|=]*$/;
/** Only these say something without a time. */
const WORTH = /\/overlay2(?:\/|$)|\/pods\/|\/log\/containers\//;

const source: SourceParser = {
  id: "find-paths",
  title: "lists of paths (find)",
  kinds: [],
  command: /^(?:find (?!.*-(?:exec|printf|ls|delete)\b)|locate |ls -1?d )/,
  sniff: (head) => {
    const lines = head.filter((text) => text.trim() !== "" && readPathError(text) === null);
    return lines.length > 0 && lines.every((text) => PATH.test(text.trim()) && !/\s\S+\s\S+\s/.test(text)) ? 0.8 : 0;
  },
  open: ({ sink }) => ({
    line(line) {
      const text = line.text.trim();
      if (!PATH.test(text)) emitForeign(line, sink, "a path");
      else if (WORTH.test(text)) {
        emitPodLog(text, null, line, sink);
        const type = text.endsWith(".log") ? "file" : "other";
        const unknown = { mode: "", size: null, inode: null, modified: null, target: null };
        sink.fact("directory-entry", text, { path: text, type, ...unknown }, line);
      }
    },
    end: () => undefined,
  }),
  samples: [
    {
      name: "logs of pods among other files",
      command: 'find / -iname "*.log"',
      lines: [
        "/var/log/dpkg.log",
        "/var/log/pods/9b1e4a00-0001-4002-8003-00000000c0de/web_0.log",
        "find: ‘/srv/photos’: Input/output error",
        "/var/log/containers/shop-0_default_web-3b0f6a1c9d22aa000000000000000000000000000000000000000000000000c1.log",
      ],
      events: 1,
      facts: 5,
    },
    {
      name: "a line that is no path",
      lines: ["/var/lib/docker/overlay2/1f2e", "12 files"],
      command: "find /var/lib/docker/overlay2",
      events: 1,
      facts: 1,
      warnings: 1,
    },
  ],
};

export default bounded(source);
