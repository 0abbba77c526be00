/**
 * Docker's layer database, /var/lib/docker/image/overlay2/layerdb (moby layer/filestore.go): small files that tie a
 * container, or a layer's chain id, to its directory under overlay2. Printed as `file=content`, under headers of
 * head(1), by `grep -r .`, or one file at a time.
 *
 *     mounts/3b0f…/mount-id=1f2e…
 *     sha256/90b2…/cache-id=4d10…
 */
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { pathOfContext, pathOfHeader } from "./_context-path.ts";
import { emitForeign } from "./_path-error.ts";

const FILE = /(?:^|\/)(mounts|sha256)\/([0-9a-f]{64})\/(mount-id|init-id|parent|cache-id|diff|size)$/;
const PAIR = /^(\S*(?:mounts|sha256)\/[0-9a-f]{64}\/[\w.-]+)[=:] ?(.*)$/;
/** Files that lie beside and say nothing here: the tar-split of a layer, its descriptor. */
const BESIDE = /\/(?:tar-split\.json\.gz|descriptor\.json|org)$/;

class LayerDatabase implements LineReader {
  readonly #context: ParseContext;
  /** The file whose content stands alone on the next line. */
  #path: string;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#path = pathOfContext(context);
  }

  line(line: Line): void {
    const header = pathOfHeader(line.text);
    const pair = PAIR.exec(line.text);
    if (header !== null) this.#path = header;
    else if (pair) this.#emit(pair[1] ?? "", pair[2] ?? "", line);
    else if (FILE.test(this.#path) && /^[\w:-]+$/.test(line.text)) {
      this.#emit(this.#path, line.text, line);
      // Each of these files is one line.
      this.#path = "";
    } else emitForeign(line, this.#context.sink, "a file of the layer database");
  }

  #emit(path: string, content: string, line: Line): void {
    const [, kind, owner = "", file = ""] = FILE.exec(path) ?? [];
    if (kind === undefined) {
      if (!BESIDE.test(path)) this.#context.sink.warning(line.number, "not a file of the layer database");
      return;
    }
    const [record, id] = kind === "mounts" ? (["mount", owner] as const) : (["layer", `sha256:${owner}`] as const);
    this.#context.sink.fact("layer-database", `${id}/${file}`, { record, owner: id, file, content }, line);
  }

  end(): void {
    this.#path = "";
  }
}

const CONTAINER = "3b0f6a1c9d22aa000000000000000000000000000000000000000000000000c1";
const LAYER = "1f2e0000aa110000000000000000000000000000000000000000000000000001";

const source: SourceParser = {
  id: "layer-database",
  title: "docker's layer database",
  kinds: ["layerdb"],
  command: /\/layerdb\b/,
  path: /(?:^|\/)layerdb\/(?:mounts|sha256)\/[0-9a-f]{64}\/[\w-]+$/,
  sniff: (head) => {
    const lines = head.filter((text) => text.trim() !== "");
    const own = lines.filter((text) => PAIR.test(text) || FILE.test(pathOfHeader(text) ?? "")).length;
    return own > 0 && own >= lines.length * 0.4 ? 0.95 : 0;
  },
  open: (context) => new LayerDatabase(context),
  samples: [
    {
      name: "a loop over the files",
      lines: [
        `mounts/${CONTAINER}/init-id=${LAYER}-init`,
        `mounts/${CONTAINER}/mount-id=${LAYER}`,
        `mounts/${CONTAINER}/parent=sha256:${LAYER}`,
        `sha256/${LAYER}/cache-id=${CONTAINER}`,
        `sha256/${LAYER}/size=40`,
      ],
      events: 0,
      facts: 5,
    },
    {
      name: "headers of head, and an unreadable file",
      lines: [
        `==> /var/lib/docker/image/overlay2/layerdb/mounts/${CONTAINER}/mount-id <==`,
        LAYER,
        "",
        `head: cannot open '/var/lib/docker/image/overlay2/layerdb/mounts/${CONTAINER}/parent' for reading: Structure needs cleaning`,
      ],
      events: 1,
      facts: 2,
    },
    {
      name: "one file",
      path: `image/overlay2/layerdb/mounts/${CONTAINER}/mount-id`,
      lines: [LAYER],
      events: 0,
      facts: 1,
    },
    {
      name: "an unknown file",
      lines: [`sha256/${LAYER}/diff=sha256:${LAYER}`, `sha256/${LAYER}/colour=red`],
      events: 0,
      facts: 1,
      warnings: 1,
    },
  ],
};

export default bounded(source);
