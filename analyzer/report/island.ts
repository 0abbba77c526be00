/**
 * Data inside of the HTML report: JSON, deflated, in base64. The browser inflates it with DecompressionStream, and
 * `coldcase analyze report.html` reads it back.
 */
import { promisify } from "node:util";
import { constants, deflateRaw, deflateRawSync, inflateRawSync, type ZlibOptions } from "node:zlib";

/** Deflated at a time, in UTF-16 units: less memory, and a stream is hardly longer for beginning anew that seldom. */
const PIECE = 1 << 21;

/** Far beyond what this program writes. */
const MOST_INFLATED = 128 * 1024 * 1024;

/** Names of the islands: the report, and the events of the interactive timeline. */
export type IslandName = "report" | "events";

export class IslandError extends Error {}

/** Base64 of the deflated JSON: letters that neither HTML nor a script can mistake for anything. Level 9 takes six times as long for 2 %. */
export function packIsland(json: string): string {
  const pieces = piecesOf(json).map(({ text, options }) => deflateRawSync(text, options));
  return Buffer.concat(pieces).toString("base64");
}

/** The same, deflated in other threads. */
async function packAside(json: string): Promise<string> {
  const pieces = await Promise.all(piecesOf(json).map(({ text, options }) => deflateAside(text, options)));
  return Buffer.concat(pieces).toString("base64");
}

const deflateAside = promisify<Buffer, ZlibOptions, Buffer>(deflateRaw);

function piecesOf(json: string): { text: Buffer; options: ZlibOptions }[] {
  const pieces: { text: Buffer; options: ZlibOptions }[] = [];
  for (let from = 0; from < json.length;) {
    const to = afterPair(json, from + PIECE);
    const finishFlush = to < json.length ? constants.Z_SYNC_FLUSH : constants.Z_FINISH;
    const text = Buffer.from(json.slice(from, to), "utf8");
    pieces.push({ text, options: { level: 6, memLevel: 9, finishFlush } });
    from = to;
  }
  return pieces;
}

/** A place at or right after another one that is not between the halves of a surrogate pair. */
function afterPair(text: string, at: number): number {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff ? at + 1 : at;
}

const packed = new WeakMap<object, string>();

/** `packIsland` for a value that does not change any more: it may be asked how much it takes before it is written. */
export function packValue(value: object): string {
  const island = packed.get(value) ?? packIsland(JSON.stringify(value));
  packed.set(value, island);
  return island;
}

/** Packs a value that does not change any more, in other threads, for `packValue` to have at once; gives its length. */
export async function prepack(value: object): Promise<number> {
  const island = packed.get(value) ?? (await packAside(JSON.stringify(value)));
  packed.set(value, island);
  return island.length;
}

const OPENING = '<script type="text/plain" id="';

/** The page with what is not data of an island changed: packed data is as good as random, and holds words by chance. */
export function changeAroundIslands(html: string, change: (text: string) => string): string {
  let result = "";
  let at = 0;
  for (let opens = html.indexOf(OPENING); opens >= 0; opens = html.indexOf(OPENING, at)) {
    const start = html.indexOf(">", opens) + 1;
    const end = html.indexOf("</script>", start);
    if (start === 0 || end < 0) break;
    result += change(html.slice(at, start)) + html.slice(start, end);
    at = end;
  }
  return result + change(html.slice(at));
}

/**
 * The value of an island of a report, null when the page has none of that name.
 * @throws IslandError when it is damaged or larger than any report
 */
export function readIsland(html: string, name: IslandName): unknown {
  const opening = new RegExp(`<script type="text/plain" id="${name}-data"[^>]{0,200}>`).exec(html);
  if (!opening) return null;
  const start = opening.index + opening[0].length;
  const end = html.indexOf("</script>", start);
  if (end < 0) throw new IslandError(`the ${name} data is cut off`);
  try {
    const bytes = Buffer.from(html.slice(start, end), "base64");
    return JSON.parse(inflateRawSync(bytes, { maxOutputLength: MOST_INFLATED }).toString("utf8"));
  } catch (error) {
    throw new IslandError(`the ${name} data cannot be read`, { cause: error });
  }
}
