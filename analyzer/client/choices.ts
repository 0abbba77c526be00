/** Levels and sources to choose from. Nothing chosen = all are shown; what is chosen is shown alone. */
import { visibleText } from "../report/text.ts";
import { byId, button, make } from "./dom.ts";
import { groupOf } from "./filter.ts";
import type { LevelGroup, Store } from "./state.ts";
import type { Table } from "./table.ts";

const GROUPS: { id: LevelGroup; label: string; icon: string; tone: string }[] = [
  { id: "error", label: "errors", icon: "▲", tone: "critical" },
  { id: "warning", label: "warnings", icon: "●", tone: "minor" },
  { id: "other", label: "notice, info", icon: "○", tone: "info" },
  { id: "debug", label: "debug", icon: "·", tone: "quiet" },
];
const MOST_SOURCES = 200;

/** What is hidden after a click: the first choice leaves only that one, taking out the last brings all back. */
export function choose<T>(all: readonly T[], hidden: ReadonlySet<T>, one: T): Set<T> {
  if (all.every((each) => !hidden.has(each))) return new Set(all.filter((each) => each !== one));
  const next = new Set(hidden);
  if (!next.delete(one)) next.add(one);
  return all.every((each) => next.has(each)) ? new Set() : next;
}

function hint(name: string, chosen: boolean, any: boolean): string {
  if (!any) return `show only ${name}`;
  return chosen ? `take ${name} out` : `show ${name} too`;
}

/** Buttons that show only the errors, the warnings … */
export function bindLevels(table: Table, store: Store): void {
  const counts = new Map<LevelGroup, number>();
  for (const level of table.level) counts.set(groupOf(level), (counts.get(groupOf(level)) ?? 0) + 1);
  const present = GROUPS.filter(({ id }) => counts.has(id));
  const ids = present.map(({ id }) => id);
  const all = button("all levels", () => store.set({ hiddenLevels: new Set() }));
  const buttons = present.map(({ id, label, icon, tone }) => {
    const flip = (): void => store.set({ hiddenLevels: choose(ids, store.get().hiddenLevels, id) });
    const element = button("", flip, { class: "toggle" });
    const count = (counts.get(id) ?? 0).toLocaleString("en");
    element.append(make("span", { class: `icon ${tone}`, "aria-hidden": "true" }, icon), ` ${label} ${count}`);
    return { id, label, element };
  });
  byId("x-levels").append(all, ...buttons.map(({ element }) => element));
  const mark = (): void => {
    const { hiddenLevels } = store.get();
    const any = ids.some((id) => hiddenLevels.has(id));
    all.setAttribute("aria-pressed", String(!any));
    for (const { id, label, element } of buttons) {
      const chosen = any && !hiddenLevels.has(id);
      element.setAttribute("aria-pressed", String(chosen));
      element.classList.toggle("off", any && !chosen);
      element.title = hint(label, chosen, any);
    }
  };
  store.listen((changed) => changed.has("hiddenLevels") && mark());
  mark();
}

/** A menu that closes with Escape and with a click elsewhere; the focus goes back to its button. */
function bindMenu(menu: HTMLDetailsElement, opener: HTMLElement): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.preventDefault();
    menu.open = false;
    opener.focus();
  });
  document.addEventListener("click", (event) => {
    if (!menu.open || (event.target instanceof Node && menu.contains(event.target))) return;
    const { activeElement } = document;
    const lost = activeElement === null || activeElement.contains(menu) || menu.contains(activeElement);
    menu.open = false;
    if (lost) opener.focus({ preventScroll: true });
  });
}

/** The menu of the sources, those with the most events first. */
export function bindSources(table: Table, store: Store): void {
  const menu = byId<HTMLDetailsElement>("x-menu");
  const opener = byId("x-menu-open");
  const ranked = table.events.origins
    .map((origin, index) => ({ ...origin, index }))
    .toSorted((a, b) => b.kept - a.kept);
  const ids = ranked.map(({ index }) => index);
  const boxes = ranked.slice(0, MOST_SOURCES).map(({ name, kept, total, index }) => {
    const box = make("input", { type: "checkbox" });
    box.addEventListener("change", () => store.set({ hiddenOrigins: choose(ids, store.get().hiddenOrigins, index) }));
    const count =
      kept === total ? kept.toLocaleString("en") : `${kept.toLocaleString("en")} of ${total.toLocaleString("en")}`;
    const label = make("label", {}, box, ` ${visibleText(name)} `, make("span", { class: "quiet" }, count));
    return { index, name: visibleText(name), box, label, item: make("li", {}, label) };
  });
  const all = button("all sources", () => store.set({ hiddenOrigins: new Set() }));
  const others = button("all but the chosen", () => {
    const { hiddenOrigins } = store.get();
    store.set({ hiddenOrigins: new Set(ids.filter((index) => !hiddenOrigins.has(index))) });
  });
  byId("x-sources").append(
    make("p", {}, all, " ", others),
    make("p", { class: "quiet" }, "Nothing chosen: all are shown."),
    make("ul", {}, ...boxes.map(({ item }) => item)),
  );
  const mark = (): void => {
    const { hiddenOrigins } = store.get();
    const left = ids.filter((index) => !hiddenOrigins.has(index)).length;
    const any = left < ids.length;
    opener.textContent = any ? `Sources: ${left} of ${ids.length}` : "Sources";
    all.setAttribute("aria-pressed", String(!any));
    others.disabled = !any || left === 0;
    for (const { index, name, box, label } of boxes) {
      box.checked = any && !hiddenOrigins.has(index);
      label.title = hint(name, box.checked, any);
    }
  };
  store.listen((changed) => changed.has("hiddenOrigins") && mark());
  mark();
  bindMenu(menu, opener);
}
