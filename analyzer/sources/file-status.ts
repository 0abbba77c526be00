/**
 * Blocks of `stat`, one per file (coreutils stat.c, default format; busybox prints the same fields):
 *
 *       File: /var/lib/docker/overlay2/1f2e…/link
 *       Size: 26        	Blocks: 8          IO Block: 4096   regular file
 *     Device: 179,2	Inode: 41007      Links: 1
 *     Access: (0644/-rw-r--r--)  Uid: (    0/    root)   Gid: (    0/    root)
 *     Modify: 2026-02-28 16:20:05.120000000 +0000
 */
import { wholeNumber } from "./_number.ts";
import type { DirectoryEntryFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { emitForeign } from "./_path-error.ts";
import { parseIso } from "./_time.ts";

const FILE =
  /^ *(?:File|Datei|Fichero|Fichier|Arquivo|文件)\s?[:：] ?['"`‘“]?(.+?)['"’”]?(?: -> ['"`‘“]?(.+?)['"’”]?)?$/;
const SIZE = /^ *\S+ ?[:：] ?(\d+)\s+\S+ ?[:：] ?\d+\s/;
const INODE = /\bInode ?[:：] ?(\d+)/i;
const MODE = /\((\d{4,5})\/([-dlbcps][-rwxsStT]{9})\)/;
const MODIFIED = /^ *(?:Modify|Modifi\S*|Modifiziert|Geändert|最近更改)\s?[:：] ?(\d{4}-.*)$/;
/** Of an entry's fields, those that are not used. */
const BESIDE =
  /^ *(?:Access|Change|Birth|Context|Zugriff|Acceso|Accès|Acesso|Cambio|Changé|最近访问|最近改动|创建时间)\s?[:：]/;

function typeOf(mode: string): DirectoryEntryFact["type"] {
  if (mode.startsWith("d")) return "directory";
  if (mode.startsWith("l")) return "symlink";
  return mode.startsWith("-") ? "file" : "other";
}

class Blocks implements LineReader {
  readonly #context: ParseContext;
  #entry: DirectoryEntryFact | null = null;
  #line: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  line(line: Line): void {
    const file = FILE.exec(line.text);
    if (file) {
      this.end();
      const [, path = "", target = null] = file;
      this.#entry = { path, type: "other", mode: "", size: null, inode: null, modified: null, target };
      this.#line = line;
    } else if (this.#entry === null || !this.#field(this.#entry, line.text)) {
      emitForeign(line, this.#context.sink, "a field of stat");
    }
  }

  #field(entry: DirectoryEntryFact, text: string): boolean {
    const size = SIZE.exec(text)?.[1];
    const inode = INODE.exec(text)?.[1];
    const mode = MODE.exec(text)?.[2];
    const modified = MODIFIED.exec(text)?.[1];
    if (size !== undefined && entry.size === null) entry.size = wholeNumber(size);
    if (inode !== undefined) entry.inode = wholeNumber(inode);
    if (mode !== undefined) Object.assign(entry, { mode, type: typeOf(mode) });
    if (modified !== undefined) entry.modified = parseIso(modified)?.time ?? null;
    return [size, inode, mode, modified].some((found) => found !== undefined) || BESIDE.test(text);
  }

  end(): void {
    if (this.#entry && this.#line)
      this.#context.sink.fact("directory-entry", this.#entry.path, this.#entry, this.#line);
    this.#entry = null;
  }
}

const source: SourceParser = {
  id: "file-status",
  title: "stat of files",
  kinds: [],
  command: /^stat\b/,
  sniff: (head) => (head.some((text) => FILE.test(text)) && head.some((text) => INODE.test(text)) ? 0.9 : 0),
  open: (context) => new Blocks(context),
  samples: [
    {
      name: "two files and one that is damaged",
      command: "stat /var/lib/docker/overlay2/*/link",
      lines: [
        "  File: /var/lib/docker/overlay2/1f2e/link",
        "  Size: 26        \tBlocks: 8          IO Block: 4096   regular file",
        "Device: 179,2\tInode: 41007      Links: 1",
        "Access: (0644/-rw-r--r--)  Uid: (    0/    root)   Gid: (    0/    root)",
        "Access: 2026-02-28 16:20:05.120000000 +0000",
        "Modify: 2026-02-28 16:20:05.120000000 +0000",
        "Change: 2026-02-28 16:20:05.120000000 +0000",
        " Birth: -",
        "stat: cannot statx '/var/lib/docker/overlay2/2f2e/link': Structure needs cleaning",
        "  File: '/var/lib/docker/overlay2/l/QA2Z' -> '../1f2e/diff'",
        "  Size: 72        \tBlocks: 0          IO Block: 4096   symbolic link",
        "Device: b302h/45826d\tInode: 41008      Links: 1",
        "Access: (0777/lrwxrwxrwx)  Uid: (    0/    root)   Gid: (    0/    root)",
      ],
      events: 1,
      facts: 3,
    },
    {
      name: "a stray line",
      lines: ["  File: /x", "Device: 1,2\tInode: 7      Links: 1", "what"],
      events: 1,
      facts: 1,
      warnings: 1,
    },
  ],
};

export default bounded(source);
