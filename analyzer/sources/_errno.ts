import { TRANSLATED } from "./_errno-translations.ts";

/**
 * Errno names of the texts that programs print after a path: `cat: /x/lower: Structure needs cleaning`. The texts are
 * those of glibc's strerror (errlist.h and its translations in po/), of Go's syscall package (the same in lower case,
 * zerrors_linux_*.go) and of musl where it differs (src/errno/__strerror.h).
 */

/** English first, then de, es, fr, it, pt, zh_CN, ja as far as glibc translates them. Lower case. */
const TEXTS: Record<string, readonly string[]> = {
  EUCLEAN: [
    "structure needs cleaning",
    "die struktur muss bereinigt werden",
    "die struktur sollte bereinigt werden",
    "la estructura necesita limpieza",
    "es necesario limpiar la estructura",
    "la structure a besoin d'un nettoyage",
    "la struttura necessita di una pulizia",
    "la struttura necessita pulizia",
    "a estrutura necessita de limpeza",
    "estrutura necessita de limpeza",
    "结构需要清理",
    "構造体の掃除が必要です",
    "構造の掃除が必要です",
  ],
  EIO: [
    "input/output error",
    "i/o error",
    "eingabe-/ausgabefehler",
    "error de entrada/salida",
    "erreur d'entrée/sortie",
    "errore di input/output",
    "erro de entrada/saída",
    "输入/输出错误",
    "入力/出力エラーです",
    "入力/出力エラー",
  ],
  ENOSPC: [
    "no space left on device",
    "auf dem gerät ist kein speicherplatz mehr verfügbar",
    "kein weiterer speicherplatz verfügbar",
    "no queda espacio en el dispositivo",
    "aucun espace disponible sur le périphérique",
    "spazio esaurito sul device",
    "não há espaço disponível no dispositivo",
    "não há espaço restante no dispositivo",
    "设备上没有空间",
    "デバイスに空き領域がありません",
  ],
  EROFS: [
    "read-only file system",
    "das dateisystem ist nur lesbar",
    "sistema de ficheros de sólo lectura",
    "sistema de archivos de solo lectura",
    "système de fichiers accessible en lecture seulement",
    "file system in sola lettura",
    "sistema de arquivos somente para leitura",
    "sistema de ficheiros só de leitura",
    "只读文件系统",
    "読み込み専用ファイルシステムです",
  ],
  ENOENT: [
    "no such file or directory",
    "datei oder verzeichnis nicht gefunden",
    "no existe el fichero o el directorio",
    "no existe el archivo o el directorio",
    "aucun fichier ou dossier de ce type",
    "aucun fichier ou dossier de ce nom",
    "file o directory non esistente",
    "arquivo ou diretório inexistente",
    "arquivo ou diretório não encontrado",
    "ficheiro ou directoria inexistente",
    "没有那个文件或目录",
    "そのようなファイルやディレクトリはありません",
  ],
  EACCES: [
    "permission denied",
    "keine berechtigung",
    "permiso denegado",
    "permission non accordée",
    "permesso negato",
    "permissão negada",
    "权限不够",
    "許可がありません",
  ],
  EPERM: [
    "operation not permitted",
    "die operation ist nicht erlaubt",
    "operación no permitida",
    "opération non permise",
    "operazione non permessa",
    "operazione non consentita",
    "operação não permitida",
    "不允许的操作",
    "許可されていない操作です",
  ],
  EINVAL: [
    "invalid argument",
    "das argument ist ungültig",
    "argumento inválido",
    "argument invalide",
    "argomento non valido",
    "无效的参数",
    "無効な引数です",
  ],
  EBADMSG: [
    "bad message",
    "not a data message",
    "ungültige nachricht",
    "mensaje erróneo",
    "mauvais message",
    "messaggio errato",
    "messaggio non valido",
    "mensagem inválida",
    "错误的消息",
    "无效的消息",
    "不正なメッセージです",
  ],
  ENOTDIR: [
    "not a directory",
    "ist kein verzeichnis",
    "no es un directorio",
    "n'est pas un dossier",
    "non è una directory",
    "não é um diretório",
    "不是目录",
    "ディレクトリではありません",
  ],
  EISDIR: [
    "is a directory",
    "ist ein verzeichnis",
    "es un directorio",
    "est un dossier",
    "è una directory",
    "é um diretório",
    "是一个目录",
    "ディレクトリです",
  ],
  EEXIST: [
    "file exists",
    "die datei existiert bereits",
    "el fichero ya existe",
    "el archivo ya existe",
    "le fichier existe",
    "file già esistente",
    "arquivo existe",
    "文件已存在",
    "ファイルが存在します",
  ],
  ENOTEMPTY: [
    "directory not empty",
    "das verzeichnis ist nicht leer",
    "el directorio no está vacío",
    "le dossier n'est pas vide",
    "directory non vuota",
    "diretório não vazio",
    "目录非空",
    "ディレクトリは空ではありません",
  ],
  ETIMEDOUT: [
    "connection timed out",
    "operation timed out",
    "die wartezeit für die verbindung ist abgelaufen",
    "expiró el tiempo de conexión",
    "connexion terminée par expiration du délai d'attente",
    "connessione scaduta",
    "tempo esgotado para conexão",
    "连接超时",
    "接続がタイムアウトしました",
  ],
  ESTALE: ["stale file handle", "stale nfs file handle", "veraltete dateizugriffsnummer", "文件句柄过旧"],
  ENODEV: ["no such device", "kein passendes gerät gefunden", "no existe el dispositivo", "没有那个设备"],
  ENXIO: ["no such device or address", "no existe el dispositivo o la dirección", "没有那个设备或地址"],
  ENODATA: ["no data available", "keine daten verfügbar", "no hay datos disponibles"],
  ELOOP: ["too many levels of symbolic links", "symbolic link loop", "符号连接的层数过多"],
  ENOMEM: ["cannot allocate memory", "out of memory", "nicht genügend hauptspeicher verfügbar", "无法分配内存"],
  EBUSY: ["device or resource busy", "resource busy", "das gerät oder die ressource ist belegt", "设备或资源忙"],
  EMFILE: ["too many open files", "zu viele offene dateien", "demasiados ficheros abiertos", "打开的文件过多"],
  ENFILE: ["too many open files in system"],
  EDQUOT: ["disk quota exceeded", "quota exceeded", "超出磁盘限额"],
  EMLINK: ["too many links"],
  EXDEV: ["invalid cross-device link"],
  ENAMETOOLONG: ["file name too long", "filename too long"],
  EOPNOTSUPP: ["operation not supported", "not supported"],
  ENOTCONN: ["transport endpoint is not connected", "socket not connected"],
  EREMOTEIO: ["remote i/o error"],
};

const NAME_OF_TEXT = new Map(
  [...Object.entries(TRANSLATED), ...Object.entries(TEXTS)].flatMap(([name, texts]) =>
    texts.map((text) => [plain(text), name]),
  ),
);

/** Longest first, so that `no such device or address` is not read as `no such device`. */
const LONGEST_FIRST = [...NAME_OF_TEXT.keys()].sort((a, b) => b.length - a.length);

const NUMBERS: Record<string, string> = {
  "5": "EIO",
  "22": "EINVAL",
  "28": "ENOSPC",
  "30": "EROFS",
  "74": "EBADMSG",
  "117": "EUCLEAN",
};

/** Typographic apostrophes and no-break spaces of translated texts are written many ways. */
function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[‘’´`]/g, "'")
    .replaceAll(/[\u00a0\u202f]/g, " ")
    .replace(/[.。]$/, "");
}

/**
 * The errno of an error text, in any of the languages above, whatever stands before it: `Structure needs cleaning`,
 * `open /x/lower: structure needs cleaning`, `errno 117`. Null when the text says none.
 */
export function errnoOf(text: string): string | null {
  const wanted = plain(text);
  const exact = NAME_OF_TEXT.get(wanted);
  if (exact !== undefined) return exact;
  const end = LONGEST_FIRST.find((known) => wanted.endsWith(known));
  if (end !== undefined) return NAME_OF_TEXT.get(end) ?? null;
  const number = /\b(?:errno|error)[ =:]+-?(\d+)$/.exec(wanted);
  return (number && NUMBERS[number[1] ?? ""]) ?? null;
}
