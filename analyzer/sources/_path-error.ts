/**
 * Errors about a path, as programs print them to stderr:
 *
 *     ls: cannot access '/data/docker/overlay2/1f2e…/link': Structure needs cleaning
 *     cat: /data/docker/overlay2/1f2e…/lower: Structure needs cleaning
 *     find: ‘/data/photos’: Input/output error
 *     Error response from daemon: open /data/docker/overlay2/1f2e…/lower: structure needs cleaning
 *
 * The first three are error(3) of glibc around a quoted name (coreutils ls.c file_failure, cat.c, findutils), quoted or
 * not by version and locale; the last is Go's os.PathError (`op path: errno`) behind docker's client.
 */
import type { PathErrorFact } from "../model/fact.ts";
import type { Line, ParseSink } from "../model/source.ts";
import { errnoOf } from "./_errno.ts";
import { impliedLevel } from "./_payload.ts";

export interface PathError {
  /** The program that printed it: `ls`, `cat`, `docker`. */
  program: string;
  /** The line without the program's name. */
  text: string;
  /** Null when the error names no path. */
  fact: PathErrorFact | null;
}

/** A message with two of the longest paths; an expression over more could take long. */
const LONGEST = 10_240;
const DAEMON = /^(?:\S+: )?(Error(?: response from daemon)?: .*|Error response from daemon: .*)$/i;
const DAEMON_DOWN =
  /^(?:ERROR: |docker: )?(Cannot connect to the Docker daemon|Got permission denied while trying|permission denied while trying to connect to the Docker)/;
const GO_PATH_ERROR =
  /\b(open|l?stat|read|readdirent|readlink|unlinkat|unlink|remove|mkdir|rename|l?chown|chmod|link|symlink|write|f?sync|statfs|rmdir|mount(?: to)?|chtimes|truncate|fdatasync|getdents|copy_file_range) (\/[^\s:]*)(?: \/[^\s:]*)?: ([^":]+?)"?$/i;
const PROGRAM = /^((?:\/\S*\/)?[a-z][\w.+-]{0,30}(?: \([^)]*\))?): +(.+)$/;
const QUOTED = /['"`‘“«「](.+?)['"`’”»」]/;
const LAYER_PATH = /^(?:\.\/)?[0-9a-f]{64}(?:-init)?(?:\/|$)/;

/** What the words before the path say was tried, by coreutils' and findutils' messages and some translations. */
const OPERATIONS: readonly [RegExp, string][] = [
  [
    /\bstatx?\b|cannot access|no se puede (?:acceder|efectuar)|kann nicht zugreifen|zugriff|impossible d'accéder|impossibile accedere|não foi possível acessar|无法访问|アクセスできません/i,
    "stat",
  ],
  [
    /open(?:ing)? directory|abrir el directorio|öffnen|ouvrir|aprire|abrir o diretório|无法打开目录|ディレクトリ.*開く/i,
    "open",
  ],
  [
    /reading directory|readdir|leyendo|lesen des verzeichnis|lecture du (?:dossier|répertoire)|lettura della directory|lendo|读取目录/i,
    "readdir",
  ],
  [/read symbolic link|readlink|enlace simbólico|lien symbolique|collegamento simbolico/i, "readlink"],
  [/cannot open|for reading|cannot read|error reading|read error/i, "read"],
  [/cannot remove|unlink/i, "unlink"],
  [/cannot create|mkdir/i, "create"],
  [/cannot write|write error|error writing/i, "write"],
];

function operationOf(program: string, words: string): string | null {
  const found = OPERATIONS.find(([pattern]) => pattern.test(words));
  if (found) return found[1];
  return program === "cat" || program === "head" || program === "tail" ? "open" : null;
}

/** A layer's file named from inside of overlay2/ is given its place back: only that directory has such names. */
function absolute(path: string): string {
  return LAYER_PATH.test(path) ? `/var/lib/docker/overlay2/${path.replace(/^\.\//, "")}` : path;
}

function ofDaemon(text: string): PathError | null {
  const message = DAEMON.exec(text)?.[1] ?? (DAEMON_DOWN.test(text) ? text : null);
  if (message === null) return null;
  const found = GO_PATH_ERROR.exec(message);
  if (!found) return { program: "docker", text: message, fact: null };
  const [, operation = "", path = "", reason = ""] = found;
  const fact = {
    path,
    operation: operation.toLowerCase().replace(/ to$/, ""),
    errno: errnoOf(reason),
    message: reason,
  };
  return { program: "docker", text: message, fact };
}

/** `<words> <path>` before the reason; the path is quoted, or the first word that holds a slash, or all there is. */
function pathIn(text: string): { path: string; words: string } {
  const quoted = QUOTED.exec(text);
  if (quoted?.[1]) return { path: quoted[1], words: text.replace(quoted[0], " ") };
  const slash = text.search(/(?:^|\s)\.{0,2}\//);
  const layer = text.search(/[0-9a-f]{64}(?:-init)?\//);
  const start = slash >= 0 ? slash : layer;
  if (start < 0) return { path: /^(?:cannot \w+|reading|opening) (.+)$/.exec(text)?.[1] ?? text, words: text };
  const [, path = ""] = /^\s*(.+?)(?:: [Cc]annot \w+)?$/.exec(text.slice(start)) ?? [];
  return { path, words: `${text.slice(0, start)} ${text.slice(start).slice(path.length)}` };
}

/**
 * Reads one line of stderr.
 * @returns null when the line is not an error of a program about a path, and not one of docker's.
 */
export function readPathError(text: string): PathError | null {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST) return null;
  const daemon = ofDaemon(trimmed);
  if (daemon) return daemon;
  const named = PROGRAM.exec(trimmed);
  if (!named) return null;
  const [, name = "", rest = ""] = named;
  const program = name.replace(/^.*\//, "");
  const colon = rest.search(/[:：](?=[^:：]*$)/);
  const reason = rest.slice(colon + 1).trim();
  const errno = colon > 0 ? errnoOf(reason) : null;
  if (errno === null) return null;
  const { path, words } = pathIn(rest.slice(0, colon).trim());
  if (path === "") return null;
  return {
    program,
    text: rest,
    fact: { path: absolute(path), operation: operationOf(program, words), errno, message: reason },
  };
}

/** Hands an error line on as a fact and as an event without a time. False when the line is none. */
export function emitPathError(line: Line, sink: ParseSink): boolean {
  const error = readPathError(line.text);
  if (!error) return false;
  if (error.fact) sink.fact("path-error", error.fact.path, error.fact, line);
  sink.event({ line, stated: null, clock: "none", precision: 0, level: 3, origin: error.program, text: error.text });
  return true;
}

/**
 * For a line that does not belong to a parser's own format: an error is used, what people and shells leave between
 * outputs (blank lines, `...`, prompts) is passed over, all else is a warning. Words are kept as an event all the same,
 * so that no rule misses what somebody pasted in between.
 */
export function emitForeign(line: Line, sink: ParseSink, expected: string): void {
  const text = line.text.trim();
  if (text === "" || /^(?:\.{3,}|…)$/.test(text) || /^[#$>](?: |$)/.test(text)) return;
  if (emitPathError(line, sink)) return;
  sink.warning(line.number, `not ${expected}`);
  if (!/\p{L}{3}/u.test(line.text)) return;
  const level = impliedLevel(line.text);
  sink.event({ line, stated: null, clock: "none", precision: 0, level, origin: "text", text });
}
