/**
 * The small files in a layer's directory under overlay2 (moby daemon/graphdriver/overlay2/overlay.go): `link` holds the
 * layer's short name under l/, `lower` the short names below it. Printed by a loop, under headers of head(1), or one
 * file at a time; and `stat` of them, which is read for its times.
 *
 *     1f2e…-init/link: QA2ZLM3NOP4RST5UVW6XYZ7ABC
 *     1f2e…/lower: l/QA2ZLM3NOP4RST5UVW6XYZ7ABC:l/DD2ZLM3NOP4RST5UVW6XYZ7ABC
 *
 * A loop prints nothing for a file that is empty, that is absent (a base layer has no `lower`) and that cannot be read
 * alike: such a file's content is null, and its error line tells more.
 */
import type { LayerFileFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { pathOfContext, pathOfHeader } from "./_context-path.ts";
import { emitForeign } from "./_path-error.ts";

const FILE = /(?:^|\/)([0-9a-f]{64}(?:-init)?)\/(link|lower|committed)$/;
const PAIR = /^(?:\S*\/)?([0-9a-f]{64}(?:-init)?)\/(link|lower|committed)(?::| *=) ?(.*)$/;
const CONTENT = /^(?:[A-Z2-7]{26}|l\/[A-Z2-7]{26}(?::l\/[A-Z2-7]{26})*)$/;
/** The loop over `*\/` meets the directory of the short names, too. */
const SHORT_NAMES = /^(?:\S*\/)?l\/(?:link|lower): ?$/;

class LayerFiles implements LineReader {
  readonly #context: ParseContext;
  /** The file whose content is still to come. */
  #path: string;
  #header: Line | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#path = pathOfContext(context);
  }

  line(line: Line): void {
    const header = pathOfHeader(line.text);
    const pair = PAIR.exec(line.text);
    if (header !== null) {
      this.end();
      this.#path = header;
      this.#header = line;
    } else if (pair) this.#emit(pair[1] ?? "", pair[2] ?? "", (pair[3] ?? "").trim(), line);
    else if (FILE.test(this.#path) && CONTENT.test(line.text.trim())) this.#file(line.text.trim(), line);
    else if (!SHORT_NAMES.test(line.text)) emitForeign(line, this.#context.sink, "a file of a layer");
  }

  #file(content: string, line: Line): void {
    const [, layer = "", file = ""] = FILE.exec(this.#path) ?? [];
    this.#emit(layer, file, content, line);
    this.#path = "";
    this.#header = null;
  }

  #emit(layer: string, file: string, content: string, line: Line): void {
    const fact = { layer, file: file as LayerFileFact["file"], content: content === "" ? null : content };
    this.#context.sink.fact("layer-file", `${layer}/${file}`, fact, line);
  }

  /** head(1) prints a header once it has opened the file: nothing below it means that it is empty. */
  end(): void {
    const [, layer = "", file] = FILE.exec(this.#path) ?? [];
    if (file !== undefined && this.#header !== null) {
      const fact = { layer, file: file as LayerFileFact["file"], content: "" };
      this.#context.sink.fact("layer-file", `${layer}/${file}`, fact, this.#header);
    }
    this.#header = null;
  }
}

const LAYER = "1f2e0000aa110000000000000000000000000000000000000000000000000001";

const source: SourceParser = {
  id: "overlay2-files",
  title: "link and lower of overlay2 layers",
  kinds: ["overlay2-link-lower"],
  command: /\/overlay2\/[0-9a-f]{64}(?:-init)?\/(?:link|lower|committed)\b/,
  path: /(?:^|\/)overlay2\/[0-9a-f]{64}(?:-init)?\/(?:link|lower|committed)$/,
  sniff: (head) => {
    const lines = head.filter((text) => text.trim() !== "");
    const own = lines.filter((text) => PAIR.test(text) || FILE.test(pathOfHeader(text) ?? "")).length;
    if (own > 0 && own >= lines.length * 0.4) return 0.95;
    return lines.length === 1 && CONTENT.test(lines[0]?.trim() ?? "") ? 0.6 : 0;
  },
  open: (context) => new LayerFiles(context),
  samples: [
    {
      name: "a loop over the layers, one of them without content",
      lines: [
        `${LAYER}-init/link: QA2ZLM3NOP4RST5UVW6XYZ7ABC`,
        `${LAYER}-init/lower: l/BB2ZLM3NOP4RST5UVW6XYZ7ABC:l/CC2ZLM3NOP4RST5UVW6XYZ7ABC`,
        `cat: ${LAYER}/link: Structure needs cleaning`,
        `${LAYER}/link: `,
        "l/link: ",
      ],
      events: 1,
      facts: 4,
    },
    {
      name: "headers of head, the second file empty",
      lines: [
        `==> /var/lib/docker/overlay2/${LAYER}/link <==`,
        "QA2ZLM3NOP4RST5UVW6XYZ7ABC",
        `==> /var/lib/docker/overlay2/${LAYER}/lower <==`,
      ],
      events: 0,
      facts: 2,
    },
    {
      name: "one file",
      command: `cat /var/lib/docker/overlay2/${LAYER}/link`,
      lines: ["QA2ZLM3NOP4RST5UVW6XYZ7ABC"],
      events: 0,
      facts: 1,
    },
    {
      name: "garbage for a content",
      command: `cat /var/lib/docker/overlay2/${LAYER}/link`,
      lines: ["\u0001\u0002 not base32"],
      events: 1,
      facts: 0,
      warnings: 1,
    },
  ],
};

export default bounded(source);
