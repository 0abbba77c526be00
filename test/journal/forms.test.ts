/** What journalctl prints of a journal as JSON and for export becomes the same events as the journal itself. */
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { EventDraft, SourceParser } from "../../analyzer/model/source.ts";
import { splitLines } from "../../analyzer/bundle/lines.ts";
import binary from "../../analyzer/sources/journal-binary.ts";
import exported from "../../analyzer/sources/journal-export.ts";
import json from "../../analyzer/sources/journal-json.ts";
import { scratch } from "../helpers/cli.ts";
import { exportOf, fileOf, hasJournalTools, makeJournal } from "./helpers.ts";

const directory = scratch();
const captures = fileURLToPath(new URL("../../../shared/captures/pi-overlay2-broken/journal/files/", import.meta.url));
if (!existsSync(captures)) console.log("captures not available: what journalctl prints of them was not compared");

type Shown = Pick<EventDraft, "stated" | "boot" | "monotonic" | "level" | "origin" | "text">;

function sinkTo(events: Shown[]) {
  return {
    event: ({ stated, boot, monotonic, level, origin, text }: EventDraft) =>
      void events.push({ stated, boot: boot ?? null, monotonic: monotonic ?? null, level, origin, text }),
    fact: () => undefined,
    warning: () => undefined,
  };
}

async function readBinary(path: string): Promise<Shown[]> {
  const events: Shown[] = [];
  await binary.read(fileOf(readFileSync(path)), sinkTo(events), new Map());
  return events;
}

async function readText(source: SourceParser, bytes: Buffer): Promise<Shown[]> {
  const events: Shown[] = [];
  const reader = source.open({ artifact: "journal", command: null, kind: null, sink: sinkTo(events) });
  // A line may end in the middle of a part, and so may a character.
  async function* parts(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
  }
  await splitLines(parts(), reader.line, { onWarning: () => undefined, isCut: () => false });
  reader.end();
  return events;
}

function printed(path: string, format: string): Buffer {
  const { status, stdout } = spawnSync("journalctl", ["--file", path, "--all", "-o", format], { maxBuffer: 1 << 30 });
  expect(status).toBe(0);
  return stdout;
}

async function compare(path: string): Promise<void> {
  const own = await readBinary(path);
  expect(own.length).toBeGreaterThan(100);
  expect(await readText(json, printed(path, "json"))).toEqual(own);
  expect(await readText(exported, printed(path, "export"))).toEqual(own);
}

describe.skipIf(!hasJournalTools())("as JSON and for export", () => {
  test("a journal of systemd-journal-remote", async () => {
    const path = join(directory, "forms.journal");
    makeJournal(path, exportOf(2000, 21), { keyed: true, compact: true });
    await compare(path);
  });

  test.skipIf(!existsSync(captures))("the journals of a real journald", async () => {
    const files = readdirSync(captures, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".journal"),
    );
    for (const name of files) await compare(join(captures, name));
  });
});
