/** What the script adds to the static page: theme, copy buttons, opened folds in print. */
import type { IncidentReport } from "../model/report.ts";
import { copyText } from "./copy.ts";
import { byId, button, make } from "./dom.ts";
import { findingMarkdown } from "./markdown.ts";

/** Opens every fold for the printer, and leaves them as they were afterwards. */
export function bindPrint(): void {
  let closed: HTMLDetailsElement[] = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details")].filter(({ open }) => !open);
    for (const fold of closed) fold.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const fold of closed) fold.open = false;
    closed = [];
  });
}

/** Opens or closes all folds of the page; true when they are open now. */
export function toggleFolds(): boolean {
  const folds = [...document.querySelectorAll("details")].filter((fold) => !fold.closest("#explore"));
  const open = folds.some((fold) => !fold.open);
  for (const fold of folds) fold.open = open;
  return open;
}

/** Light, dark or what the system says; kept for as long as the page is open. */
export function bindTheme(changed: () => void): () => void {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", changed);
  const flip = (): void => {
    const now = root.dataset["theme"] ?? (dark.matches ? "dark" : "light");
    root.dataset["theme"] = now === "dark" ? "light" : "dark";
    changed();
  };
  byId("x-theme").addEventListener("click", flip);
  return flip;
}

/** Unfolds what a link leads into: not every browser does that by itself. */
export function openTarget(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
  if (target?.closest("details")) target.scrollIntoView({ behavior: "instant" });
}

/** Goes once more to what the address asked for: what the script adds has moved it since the browser went there. */
export function landAgain(): void {
  const { hash } = window.location;
  const isEvent = /^#(?:.*&)?e=/.test(hash);
  const target = isEvent ? byId("x-list") : document.getElementById(decodeURIComponent(hash.slice(1)));
  target?.scrollIntoView({ behavior: "instant", block: isEvent ? "center" : "start" });
}

/** A copy button at every command and every finding. */
export function addCopyButtons(report: IncidentReport): void {
  for (const command of document.querySelectorAll<HTMLElement>("pre.command")) {
    const text = command.textContent ?? "";
    const copy = button("copy", () => void copyText(text, "the command"), {
      class: "copy",
      "aria-label": "Copy this command",
    });
    const box = make("div", { class: "command-box" });
    command.replaceWith(box);
    box.append(command, copy);
  }
  for (const section of document.querySelectorAll<HTMLElement>("[data-finding]")) {
    const finding = report.findings.find(({ id }) => id === section.dataset["finding"]);
    if (!finding) continue;
    const copy = button(
      "Copy as Markdown",
      () => void copyText(findingMarkdown(report, finding), "the finding as Markdown"),
    );
    section.querySelector(".finding-tools")?.append(copy);
  }
}
