/**
 * `journalctl --list-boots` (systemd journalctl.c, src/journal/journalctl-misc.c): index, boot id, first and last entry
 * by wall time. Older versions have no header and put a dash between the times.
 *
 *     IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY
 *      -1 00112233445566778899aabbccddeeff Mon 2026-03-02 05:41:12 UTC Mon 2026-03-02 05:45:05 UTC
 */
import type { SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { emitForeign } from "./_path-error.ts";
import { parseIso } from "./_time.ts";

const TIME = String.raw`[^\s\d]*\s?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: \S+?)?`;
const ROW = new RegExp(String.raw`^\s*(-?\d{1,9}) ([0-9a-f]{32}) (${TIME})(?:\s*—\s*|\s+)(${TIME})\s*$`);
const HEADER = /^IDX BOOT ID /;

const source: SourceParser = {
  id: "boot-list",
  title: "journalctl --list-boots",
  kinds: ["journal-boots"],
  command: /^journalctl\b.*--list-boots/,
  sniff: (head) => (head.some((text) => ROW.test(text)) ? 0.95 : head.some((text) => HEADER.test(text)) ? 0.8 : 0),
  open: ({ sink }) => ({
    line(line) {
      const match = ROW.exec(line.text);
      if (match) {
        const [, index, id = "", first = "", last = ""] = match;
        const [from, to] = [first, last].map((text) => parseIso(text.replace(/^\D*/, ""))?.time ?? null);
        sink.fact("boot", id, { id, index: Number(index), machine: null, first: from ?? null, last: to ?? null }, line);
      } else if (!HEADER.test(line.text)) emitForeign(line, sink, "a boot");
    },
    end: () => undefined,
  }),
  samples: [
    {
      name: "with header, zones, and a cut row",
      lines: [
        "IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY",
        " -1 00112233445566778899aabbccddeeff Mon 2026-03-02 05:41:12 UTC Mon 2026-03-02 05:45:05 UTC",
        "  0 10112233445566778899aabbccddeeff Mon 2026-03-02 06:41:12 CET Mon 2026-03-02 06:45:05 CET",
        "  1 20112233445566778899aabbccddeeff Mon 2026",
      ],
      events: 1,
      facts: 2,
      warnings: 1,
    },
    {
      name: "older form",
      lines: ["-1 00112233445566778899aabbccddeeff Mon 2026-03-02 05:41:12 UTC—Mon 2026-03-02 05:45:05 UTC"],
      events: 0,
      facts: 1,
    },
  ],
};

export default bounded(source);
