/** Keys. None is taken inside of fields or together with Ctrl, Alt or Meta, and every one has a button too. */
import { byId } from "./dom.ts";

export type Keys = Record<string, () => void>;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]");
}

/** Leaves a field as it is: the browser would empty a search field without telling the list. */
function leave(event: KeyboardEvent, field: HTMLElement): void {
  event.preventDefault();
  field.blur();
}

/** Listens for the keys; arrows only while the chart or the list has the focus. */
export function bindKeys(keys: Keys, onChart: Keys, onList: Keys): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target, key } = event;
    if (isTyping(target)) {
      if (key === "Escape") leave(event, target as HTMLElement);
      return;
    }
    const inside = (id: string): boolean => target instanceof Node && byId(id).contains(target);
    const action = (inside("x-chart") && onChart[key]) || (inside("x-list") && onList[key]) || keys[key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
