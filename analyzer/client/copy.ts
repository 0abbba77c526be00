/** Copying: the clipboard where the browser gives it, an old command otherwise, and a text to select as the last resort. */
import { announce, make } from "./dom.ts";

function copyOldWay(text: string): boolean {
  const area = make("textarea", { class: "copy-area", "aria-label": "Text to copy" });
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  if (copied) area.remove();
  else area.addEventListener("blur", () => area.remove(), { once: true });
  return copied;
}

/** Copies a text and says so. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    announce(`Copied ${what}.`);
  } catch {
    announce(copyOldWay(text) ? `Copied ${what}.` : `Press Ctrl+C to copy ${what}.`);
  }
}
