import type { ArtifactStream, OpenedBundle } from "../../analyzer/model/artifact.ts";

/** A bundle made of texts, as if each had been saved by hand under its path. */
export function memoryBundle(files: Record<string, string>, name = "memory"): () => Promise<OpenedBundle> {
  async function* artifacts(): AsyncGenerator<ArtifactStream> {
    for (const [path, text] of Object.entries(files)) {
      const bytes = Buffer.from(text);
      async function* chunks(): AsyncGenerator<Buffer> {
        yield bytes;
      }
      yield { path, size: bytes.length, modified: null, link: null, chunks: chunks() };
    }
  }
  return async () => ({
    name,
    form: "files",
    artifacts,
    damage: () => [],
    sha256: () => null,
    close: async () => undefined,
  });
}
