import * as xz from "xz-decompress";

// The package is CommonJS: plain Node has its exports under `default`, a bundler may not.
const { XzReadableStream } = (xz as typeof xz & { default?: typeof xz }).default ?? xz;

/** Unpacks one .xz stream into at most `maxBytes`; null when it is damaged or longer. */
export async function unxz(packed: Buffer, maxBytes: number): Promise<Buffer | null> {
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Uint8Array.from(packed));
      controller.close();
    },
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (const reader = new XzReadableStream(source).getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(parts, size);
      size += value.length;
      if (size > maxBytes) {
        await reader.cancel();
        return null;
      }
      parts.push(value);
    }
  } catch {
    return null;
  }
}
