/** The data inside of the page: JSON, deflated, in base64. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** Inflates one island; null when the page has none. The element is emptied, so that its text takes no memory. */
export async function readIsland<T>(id: string): Promise<T | null> {
  const element = document.getElementById(id);
  if (!element) return null;
  const bytes = decodeBase64(element.textContent ?? "");
  element.textContent = "";
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text()) as T;
}
