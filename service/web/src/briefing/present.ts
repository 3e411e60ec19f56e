// Views in order, full screen: the page itself, without what is for choosing.

import { byId, fill, h } from "../dom.ts";
import { announce } from "../panels/status.ts";
import type { Desk } from "../takeaway/desk.ts";
import { printBriefing } from "./document.ts";
import { SavedViews, type SavedView } from "./saved.ts";

const FORWARD = ["ArrowRight", "PageDown", " "];
const BACK = ["ArrowLeft", "PageUp"];

/** Presents views from the first one; what was shown before comes back at the end. */
export function present(views: readonly SavedView[], desk: Desk, isShared = false): void {
  const before = window.location.hash;
  const bar = byId("presenting");
  let k = 0;

  const show = (next: number): void => {
    k = Math.min(views.length - 1, Math.max(0, next));
    const each = views[k];
    if (!each) return;
    byId("slide").textContent = each.title;
    byId("slide-number").textContent = `${k + 1} of ${views.length}`;
    desk.store.open(each.view);
    announce(`${k + 1} of ${views.length}: ${each.title}`);
  };
  const key = (event: KeyboardEvent): void => {
    const isElsewhere = event.target instanceof Element && event.target.closest("dialog, .maplibregl-map, input, select, [role=slider]");
    if (isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    const isPress = event.key === " " && event.target instanceof HTMLButtonElement;
    if (isPress) return;
    if (event.key === "Escape") return end();
    if (FORWARD.includes(event.key)) show(k + 1);
    else if (BACK.includes(event.key)) show(k - 1);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(views.length - 1);
    else return;
    event.preventDefault();
  };
  const end = (): void => {
    document.removeEventListener("keydown", key);
    delete document.body.dataset["presenting"];
    bar.hidden = true;
    if (document.fullscreenElement) void document.exitFullscreen();
    if (!isShared) desk.store.open(before);
    resize();
    byId("take-away").focus();
  };
  const resize = (): void => {
    for (const { map } of desk.panes()) map.resize();
  };
  const act = (words: string, testid: string, call: () => unknown): HTMLButtonElement => {
    const button = h("button", { type: "button", class: "quiet", "data-testid": testid }, words);
    button.addEventListener("click", () => void call());
    return button;
  };
  const next = act("Next", "slide-next", () => show(k + 1));
  const keep = act("Keep these views", "keep-views", () => {
    const saved = new SavedViews();
    for (const each of views) saved.add(each);
    keep.textContent = "Kept";
    keep.disabled = true;
    next.focus();
  });
  fill(byId("slide-acts"),
    act("Previous", "slide-previous", () => show(k - 1)), next,
    document.fullscreenEnabled && act("Full screen", "full-screen", () => document.documentElement.requestFullscreen()),
    act("Print all", "slide-print", () => printBriefing(views, desk)),
    isShared && keep,
    act("End", "slide-end", end));
  document.body.dataset["presenting"] = "yes";
  bar.hidden = false;
  document.addEventListener("keydown", key);
  resize();
  show(0);
  next.focus();
}
