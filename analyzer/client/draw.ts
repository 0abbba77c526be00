/** Draws the chart. It reads the state, the model and the bins, and keeps nothing. */
import type { Bins } from "./bins.ts";
import type { Context, Scene } from "./canvas.ts";
import { clamp, fitted, haloText } from "./canvas.ts";
import { drawLanes } from "./draw-lanes.ts";
import type { Scale } from "./layout.ts";
import { nameRooms, nameStart, scaleFor } from "./layout.ts";
import { ticksOf } from "./ticks.ts";
import { dateText, timeText } from "./zone.ts";

function drawBars(context: Context, scene: Scene, bins: Bins, box: { top: number; height: number }, alpha: number) {
  const { layout, palette } = scene;
  const width = (layout.right - layout.left) / bins.count;
  const most = Math.log1p(Math.max(bins.most, scene.backdrop?.most ?? 1));
  context.globalAlpha = alpha;
  for (let bin = 0; bin < bins.count; bin += 1) {
    const total = bins.levels.reduce((sum, level) => sum + (level[bin] ?? 0), 0);
    if (total === 0) continue;
    const full = Math.max(2, (box.height * Math.log1p(total)) / most);
    let bottom = box.top + box.height;
    [palette.critical, palette.minor, palette.other].forEach((color, index) => {
      const part = (full * (bins.levels[index]?.[bin] ?? 0)) / total;
      if (part === 0) return;
      context.fillStyle = color;
      context.fillRect(layout.left + bin * width, bottom - part, Math.max(1, width - 0.5), part);
      bottom -= part;
    });
  }
  context.globalAlpha = 1;
}

function drawBackground(context: Context, scene: Scene, scale: Scale): void {
  const { layout, palette, model, view, zone } = scene;
  const { left, right, height, axisTop, barsTop } = layout;
  if (model.incident) {
    const x0 = clamp(scale.x(model.incident.from), left, right);
    const x1 = clamp(scale.x(model.incident.to), left, right);
    context.fillStyle = palette["accent-soft"];
    if (x1 > left && x0 < right) context.fillRect(x0, barsTop - 4, Math.max(2, x1 - x0), height - barsTop);
  }
  model.boots.forEach((boot, index) => {
    const [x0, x1] = [clamp(scale.x(boot.from), left, right), clamp(scale.x(boot.to), left, right)];
    if (x1 - x0 < 1) return;
    context.fillStyle = index % 2 ? palette.line : palette["strong-line"];
    context.fillRect(x0, axisTop - 3, x1 - x0, 3);
  });
  context.font = scene.font;
  for (const { at, label, day } of ticksOf(zone, view, right - left, 84)) {
    const x = scale.x(at);
    context.strokeStyle = day ? palette["strong-line"] : palette.line;
    context.beginPath();
    context.moveTo(x, axisTop);
    context.lineTo(x, height);
    context.stroke();
    const half = context.measureText(label).width / 2;
    context.fillStyle = day ? palette.ink : palette.quiet;
    if (x - half >= left - 4 && x + half <= right + 4) context.fillText(label, x - half, axisTop + 14);
  }
}

/** The days that are in view, over the uprights. */
function drawDates(context: Context, { layout, palette, view, zone }: Scene): void {
  const date =
    zone.name === "relative"
      ? "times after T0"
      : `${dateText(zone, view.from)} – ${dateText(zone, view.to)} ${zone.label}`;
  context.fillStyle = palette.ink;
  haloText(context, palette, date.replace(/^(\S+) – \1 /, "$1 "), layout.left, layout.lanesTop - 10);
}

/** The names of the boots, over the bars. */
function drawBootNames(context: Context, { layout, palette, model }: Scene, scale: Scale): void {
  for (const boot of model.boots) {
    const [x0, x1] = [boot.from, boot.to].map((at) => clamp(scale.x(at), layout.left, layout.right)) as [
      number,
      number,
    ];
    if (x1 - x0 <= 60) continue;
    context.fillStyle = palette.quiet;
    haloText(context, palette, fitted(context, boot.label, x1 - x0 - 6), x0 + 4, layout.axisTop - 8);
  }
}

function drawOverview(context: Context, scene: Scene): void {
  const { layout, palette, model, view } = scene;
  const { left, right, overviewTop: top, overviewHeight: height } = layout;
  const scale = scaleFor(layout, model.overview);
  context.fillStyle = palette.surface;
  context.fillRect(left, top, right - left, height);
  drawBars(context, { ...scene, backdrop: null }, scene.overview, { top: top + 2, height: height - 3 }, 1);
  const [x0, x1] = [clamp(scale.x(view.from), left, right), clamp(scale.x(view.to), left, right)];
  context.fillStyle = palette.page;
  context.globalAlpha = 0.65;
  context.fillRect(left, top, x0 - left, height);
  context.fillRect(x1, top, right - x1, height);
  context.globalAlpha = 1;
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  context.strokeRect(x0, top, Math.max(3, x1 - x0), height);
  context.lineWidth = 1;
  context.fillStyle = palette.quiet;
  if (!layout.narrow) context.fillText("whole period", 2, top + height / 2 + 4);
}

/** Flags that would overlap become one. */
function flagGroups(scene: Scene, scale: Scale): { x: number; numbers: number[] }[] {
  const { layout, model } = scene;
  const groups: { x: number; numbers: number[] }[] = [];
  for (const { at, number } of model.flags.toSorted((a, b) => a.at - b.at)) {
    const x = scale.x(at);
    if (x < layout.left - 1 || x > layout.right + 1) continue;
    const last = groups.at(-1);
    if (last && x - last.x < 10 + 12 * last.numbers.length) last.numbers.push(number);
    else groups.push({ x, numbers: [number] });
  }
  return groups;
}

/** The lines of the flags and of the clock's steps, under what stands in the lanes. */
function drawUprights(context: Context, scene: Scene, scale: Scale): void {
  const { layout, palette, model } = scene;
  context.strokeStyle = palette.accent;
  context.setLineDash([2, 3]);
  for (const { x } of flagGroups(scene, scale)) drawUpright(context, x, layout.flagsTop + 15, layout.height);
  context.setLineDash([]);
  context.strokeStyle = palette.major;
  for (const x of model.steps.map(({ at }) => scale.x(at))) {
    if (x >= layout.left - 1 && x <= layout.right + 1) drawUpright(context, x, layout.barsTop - 6, layout.height);
  }
}

function drawUpright(context: Context, x: number, from: number, to: number): void {
  context.beginPath();
  context.moveTo(x, from);
  context.lineTo(x, to);
  context.stroke();
}

function drawFlags(context: Context, scene: Scene, scale: Scale): void {
  const { layout, palette, zone, cursor } = scene;
  for (const { x, numbers } of flagGroups(scene, scale)) {
    const text = numbers.toSorted((a, b) => a - b).join(" ");
    const width = Math.max(16, context.measureText(text).width + 10);
    const start = clamp(x - width / 2, layout.left, layout.right - width);
    context.fillStyle = palette.accent;
    context.beginPath();
    context.roundRect(start, layout.flagsTop, width, 15, 7);
    context.fill();
    context.fillStyle = palette.surface;
    context.fillText(text, start + (width - context.measureText(text).width) / 2, layout.flagsTop + 11.5);
  }
  drawStepNames(context, scene, scale);
  if (cursor === null) return;
  context.strokeStyle = palette.ink;
  const x = scale.x(cursor);
  if (x >= layout.left - 1 && x <= layout.right + 1) drawUpright(context, x, layout.barsTop - 6, layout.height);
  drawRuleName(context, scene, x, palette.ink, timeText(zone, cursor, "milli"));
}

/** The names of the clock's steps, each cut where the next one begins. */
function drawStepNames(context: Context, scene: Scene, scale: Scale): void {
  const { layout, palette, model } = scene;
  const shown = model.steps
    .map(({ at, label }) => ({ x: scale.x(at), label, width: context.measureText(label).width }))
    .filter(({ x }) => x >= layout.left - 1 && x <= layout.right + 1)
    .toSorted((a, b) => a.x - b.x);
  const rooms = nameRooms(shown, layout);
  for (const [index, { x, label }] of shown.entries()) {
    const text = fitted(context, label, rooms[index] ?? 0);
    if (text.length > 1) drawRuleName(context, scene, x, palette.major, text);
  }
}

function drawRuleName(context: Context, { layout, palette }: Scene, x: number, color: string, label: string): void {
  if (x < layout.left - 1 || x > layout.right + 1) return;
  const width = context.measureText(label).width;
  const start = nameStart({ x, width }, layout);
  context.fillStyle = palette.page;
  context.fillRect(start - 2, layout.barsTop - 8, width + 4, 13);
  context.fillStyle = color;
  context.fillText(label, start, layout.barsTop + 2);
}

/** Draws everything anew; cheap enough for every frame of a drag. */
export function drawScene(context: Context, scene: Scene): void {
  const { layout, palette, view, brush } = scene;
  const scale = scaleFor(layout, view);
  context.clearRect(0, 0, layout.width, layout.height);
  context.font = scene.font;
  drawOverview(context, scene);
  drawBackground(context, scene, scale);
  const box = { top: layout.barsTop, height: layout.barsHeight };
  if (scene.backdrop) drawBars(context, scene, scene.backdrop, box, 0.22);
  drawBars(context, scene, scene.bins, box, 1);
  context.strokeStyle = palette["strong-line"];
  context.strokeRect(layout.left, layout.axisTop, layout.right - layout.left, 0);
  drawBootNames(context, scene, scale);
  drawUprights(context, scene, scale);
  drawDates(context, scene);
  drawLanes(context, scene, scale);
  drawFlags(context, scene, scale);
  if (!brush) return;
  context.fillStyle = palette.accent;
  context.globalAlpha = 0.18;
  const [x0, x1] = [scale.x(brush.from), scale.x(brush.to)];
  context.fillRect(Math.max(layout.left, x0), layout.barsTop, x1 - x0, layout.height - layout.barsTop);
  context.globalAlpha = 1;
}
