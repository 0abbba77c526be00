/** Keys. None is taken inside of fields or together with Ctrl, Alt or Meta, and every one has a button too. */
import { byId } from "./dom.ts";

export type Keys = Record<string, () => void>;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]");
}

/** Listens for the keys; arrows only while the chart or the list has the focus. */
export function bindKeys(keys: Keys, onChart: Keys, onList: Keys): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target, key } = event;
    if (isTyping(target)) {
      if (key === "Escape") (target as HTMLElement).blur();
      return;
    }
    const inside = (id: string): boolean => target instanceof Node && byId(id).contains(target);
    const action = (inside("x-chart") && onChart[key]) || (inside("x-list") && onList[key]) || keys[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
