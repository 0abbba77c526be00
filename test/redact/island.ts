import { gunzipSync, inflateRawSync } from "node:zlib";

/** Everything legible in an HTML report: its source, and what is packed into it. */
export function textOfHtml(html: string): string {
  const islands = [...html.matchAll(/<script type="(?!module|text\/javascript)[^"]*"[^>]*>([^<]*)<\/script>/g)];
  return [html, ...islands.map(([, body]) => unpack((body ?? "").trim()))].join("\n");
}

function unpack(body: string): string {
  if (body.startsWith("{")) return body;
  const bytes = Buffer.from(body, "base64");
  for (const inflate of [gunzipSync, inflateRawSync]) {
    try {
      return inflate(bytes).toString("utf8");
    } catch {
      continue;
    }
  }
  return body;
}
