/** Moving about in time, with a way back. */
import type { ChartModel } from "./model.ts";
import type { Range, Store } from "./state.ts";

export interface Zoom {
  /** Shows a range; `step` can be undone. */
  show: (range: Range, step?: boolean) => void;
  /** Zooms by a factor around a time. */
  by: (factor: number, around?: number) => void;
  /** Moves by a share of what is visible. */
  pan: (share: number) => void;
  /** Makes what was shown step by step one step that can be undone. */
  done: (before: Range) => void;
  undo: () => void;
  incident: () => void;
  hasIncident: boolean;
  everything: () => void;
}

const SHORTEST = 10;
const MOST_STEPS = 50;

export function createZoom(model: ChartModel, store: Store): Zoom {
  const past: Range[] = [];
  const longest = (model.extent.to - model.extent.from) * 1.2;
  const show = ({ from, to }: Range, step = true): void => {
    const { view } = store.get();
    const width = Math.min(Math.max(to - from, SHORTEST), longest);
    const start = Math.min(
      Math.max((from + to - width) / 2, model.extent.from - width / 2),
      model.extent.to - width / 2,
    );
    if (start === view.from && start + width === view.to) return;
    if (step && past.push(view) > MOST_STEPS) past.shift();
    store.set({ view: { from: start, to: start + width } });
  };
  return {
    show,
    by: (factor, around) => {
      const { view, cursor } = store.get();
      const inside = cursor !== null && cursor > view.from && cursor < view.to ? cursor : (view.from + view.to) / 2;
      const middle = around ?? inside;
      show({ from: middle - (middle - view.from) * factor, to: middle + (view.to - middle) * factor });
    },
    pan: (share) => {
      const { view } = store.get();
      const by = (view.to - view.from) * share;
      show({ from: view.from + by, to: view.to + by }, false);
    },
    done: (before) => {
      if (past.push(before) > MOST_STEPS) past.shift();
    },
    undo: () => {
      const view = past.pop();
      if (view) store.set({ view });
    },
    incident: () => show(model.home),
    hasIncident: model.incident !== null,
    everything: () => show(model.extent),
  };
}
