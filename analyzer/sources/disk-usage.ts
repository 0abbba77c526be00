/**
 * Tables of df(1): sizes or inodes, in blocks or for people, in any locale of coreutils (df.c get_header), and busybox's.
 * A long device name stands on a line of its own. Several tables may follow one another (`df -h; df -i`).
 *
 *     Filesystem      Size  Used Avail Use% Mounted on
 *     /dev/mmcblk0p2  14.5G 6.1G  7.8G  44% /
 */
import type { DiskUsageFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { wholeNumber } from "./_number.ts";
import { emitForeign } from "./_path-error.ts";

const FIRST_WORD =
  "Filesystem|File system|Filesystems|Dateisystem|S\\.ficheros|Sist\\. Arq\\.|Sist\\.Arq\\.|S\\.arquivos|Sys\\. de fichiers|File ?system|文件系统|檔案系統|ファイルシス|Файл\\.система|Файловая система|Bestandssysteem|Filsystem|Systém souborů";
const NAMED = new RegExp(`^(?:${FIRST_WORD})\\s`);
const INODES = /inode|i-?nod|nodos-i|nós-i|inœud|iノード/i;
const TYPED = /\s(?:Type|Typ|Tipo|类型|タイプ|Тип)\s/;
/** `1K-blocks`, `1024-blocks`, `1K-Blöcke`, `bloques de 1K`, `1M-blocks`. */
const BLOCKS =
  /(?:^|\s)(\d+)([KMG]?)B?[- ]?(?:blocks|blöcke|blocs|blocos|块|ブロック)|(?:bloques de|blocs de|blocos de) (\d+)([KMG]?)|(\d+)([KMG])-(?:块|ブロック)/i;
const UNITS = "KMGTPE";
const NUMBER = String.raw`-|\d+(?:[.,]\d+)?[KMGTPE]?i?B?`;
const ROW = new RegExp(String.raw`^(.*?)\s+(${NUMBER})\s+(${NUMBER})\s+(-?${NUMBER})\s+(\d+%|-)\s+(\S.*)$`);
/** A row without its header, as after grep: sizes with a unit are no inodes. */
const ALONE = /^\S+\s+\d+(?:[.,]\d+)?[KMGT]\s+[\d.,]+[KMGT]?\s+[\d.,]+[KMGT]?\s+\d+%\s+\//;

function factorOf(header: string): number | null {
  const match = BLOCKS.exec(header);
  if (!match) return null;
  const size = Number(match[1] ?? match[3] ?? match[5]);
  const unit = (match[2] ?? match[4] ?? match[6] ?? "").toUpperCase();
  return size * (unit === "" ? 1 : 1024 ** (UNITS.indexOf(unit) + 1));
}

function isHeader(text: string): boolean {
  return text.length < 300 && NAMED.test(text) && /%|Capac/.test(text) && !/\d%/.test(text);
}

class Tables implements LineReader {
  readonly #context: ParseContext;
  #unit: DiskUsageFact["unit"] | null = null;
  #factor: number | null = null;
  #typed = false;
  /** A device name too long for its column, waiting for its numbers. */
  #source = "";

  constructor(context: ParseContext) {
    this.#context = context;
  }

  line(line: Line): void {
    const text = line.text.trimEnd();
    if (isHeader(text)) {
      this.#unit = INODES.test(text) ? "inodes" : "bytes";
      this.#factor = this.#unit === "inodes" ? 1 : factorOf(text);
      this.#typed = TYPED.test(text);
    } else if (this.#unit === null && ALONE.test(text)) this.#row("bytes", text, line);
    else if (this.#unit === null) emitForeign(line, this.#context.sink, "a row of df");
    else if (/^\S+$/.test(text) && /^[\w/.:-]+$/.test(text)) this.#source = text;
    else if (!this.#row(this.#unit, text, line)) emitForeign(line, this.#context.sink, "a row of df");
  }

  #row(unit: DiskUsageFact["unit"], text: string, line: Line): boolean {
    const match = ROW.exec(this.#source === "" ? text : `${this.#source} ${text.trimStart()}`);
    if (!match) return false;
    this.#source = "";
    const [, name = "", size = "", used = "", available = "", percent = "", target = ""] = match;
    const source = this.#typed ? name.replace(/\s+\S+$/, "") : name;
    const fact = {
      source,
      target,
      unit,
      size: this.#number(size),
      used: this.#number(used),
      available: this.#number(available),
      percent: wholeNumber(percent.replace("%", "")),
    };
    this.#context.sink.fact("disk-usage", target, fact, line);
    return true;
  }

  #number(text: string): number | null {
    const match = /^(-?\d+(?:[.,]\d+)?)([KMGTPE]?)/.exec(text);
    if (!match) return null;
    const value = Number((match[1] ?? "").replace(",", "."));
    const unit = match[2] ?? "";
    const factor = unit === "" ? (this.#factor ?? 1) : 1024 ** (UNITS.indexOf(unit) + 1);
    const bytes = Math.round(value * factor);
    return Number.isSafeInteger(bytes) ? bytes : null;
  }

  end(): void {
    this.#source = "";
  }
}

const source: SourceParser = {
  id: "disk-usage",
  title: "df: space and inodes",
  kinds: ["df", "df-inodes"],
  command: /^(?:busybox )?df\b/,
  sniff: (head) => (head.some((text) => isHeader(text)) && head.some((text) => ROW.test(text)) ? 0.95 : 0),
  open: (context) => new Tables(context),
  samples: [
    {
      name: "sizes for people, then inodes",
      command: "df -h; df -i",
      lines: [
        "Filesystem      Size  Used Avail Use% Mounted on",
        "/dev/mmcblk0p2  7.8G  7.8G     0 100% /",
        "Filesystem     Inodes IUsed  IFree IUse% Mounted on",
        "/dev/mmcblk0p1      0     0      0     - /boot/firmware",
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "types, a wrapped device and a mount that does not answer",
      lines: [
        "df: /mnt/nas: Transport endpoint is not connected",
        "Filesystem     Type     1K-blocks    Used Available Use% Mounted on",
        "/dev/mapper/ubuntu--vg-ubuntu--lv-of-the-long-name",
        "               ext4      59769792 59000000         0 100% /",
        "tmpfs          tmpfs       401144     596    400548   1% /run user",
      ],
      events: 1,
      facts: 3,
    },
    {
      name: "other languages",
      lines: [
        "S.ficheros     bloques de 1K  Usados Disponibles Uso% Montado en",
        "/dev/root            7569064 3000000     4200000  42% /",
        "Dateisystem     Größe Benutzt Verf. Verw% Eingehängt auf",
        "/dev/root        7,3G    2,9G  4,1G   42% /",
        "文件系统         Inode 已用(I) 可用(I) 已用(I)% 挂载点",
        "/dev/root       480000   90000  390000      19% /",
      ],
      events: 0,
      facts: 3,
    },
    {
      name: "a cut row",
      lines: [
        "Filesystem 1024-blocks Used Available Capacity Mounted on",
        "/dev/sda1 100 50 50 50% /",
        "/dev/sda2 100 50",
      ],
      events: 1,
      facts: 1,
      warnings: 1,
    },
  ],
};

export default bounded(source);
