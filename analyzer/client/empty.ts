/** What stands in place of the list when nothing matches: what narrows it, and a button that lifts each. */
import { byId, button, make } from "./dom.ts";
import type { State, Store } from "./state.ts";

interface Narrowing {
  text: string;
  label: string;
  lifted: Partial<State>;
}

function narrowings({ query, hiddenLevels, hiddenOrigins, scope }: State): Narrowing[] {
  const all: (Narrowing | false)[] = [
    query.trim() !== "" && { text: `The search: ${query.trim()}`, label: "clear the search", lifted: { query: "" } },
    hiddenLevels.size > 0 && {
      text: "Not all levels are shown",
      label: "show all levels",
      lifted: { hiddenLevels: new Set() },
    },
    hiddenOrigins.size > 0 && {
      text: "Not all sources are shown",
      label: "show all sources",
      lifted: { hiddenOrigins: new Set() },
    },
    scope !== null && {
      text: "Only the part of the time that the timeline shows",
      label: "show all times",
      lifted: { scope: null },
    },
  ];
  return all.filter((one) => one !== false);
}

/** Shows or takes away the words for an empty list; the list itself stands back for them. */
export function showEmpty(rows: number, store: Store): void {
  const [box, list] = [byId("x-empty"), byId("x-list")];
  box.hidden = rows > 0;
  list.hidden = rows === 0;
  if (rows > 0) return box.replaceChildren();
  const found = narrowings(store.get());
  const lift = (lifted: Partial<State>) => (): void => {
    store.set(lifted);
    store.flush();
    if (list.hidden) box.querySelector("button")?.focus();
    else list.focus({ preventScroll: true });
  };
  const items = found.map(({ text, label, lifted }) => make("li", {}, `${text} `, button(label, lift(lifted))));
  const everything = found.reduce<Partial<State>>((sum, { lifted }) => ({ ...sum, ...lifted }), {});
  box.replaceChildren(
    make("p", {}, make("strong", {}, "No event matches."), found.length > 0 ? " What narrows the list:" : null),
    make("ul", {}, ...items),
    ...(found.length > 1 ? [make("p", {}, button("show everything", lift(everything)))] : []),
  );
}
