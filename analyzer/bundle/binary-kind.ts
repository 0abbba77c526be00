/** What a binary artifact is, by its first bytes; null for text. */
export function binaryKind(head: Buffer): string | null {
  if (head.toString("latin1", 257, 262) === "ustar") return "an archive inside of the bundle";
  if (head[0] === 0x1f && head[1] === 0x8b) return "a compressed file";
  if (head.toString("latin1", 0, 15) === "SQLite format 3") return "an SQLite database";
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return null;
  const sample = head.subarray(0, 4096);
  const odd = sample.filter((byte) => byte < 9 || (byte > 13 && byte < 27)).length;
  const nul = sample.filter((byte) => byte === 0).length;
  // Runs of NUL bytes in a log are what a power cut leaves; a file of nothing else is not text.
  const empty = nul > sample.length * 0.9 && sample.length > 16 && !/[\x20-\x7e]{16}/.test(sample.toString("latin1"));
  return odd - nul > sample.length * 0.1 || empty ? "binary data" : null;
}
