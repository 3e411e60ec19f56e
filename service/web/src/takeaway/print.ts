// The page on paper: the map becomes a picture, and what it is of stands below it.

import { byId, fill, h } from "../dom.ts";
import { lighten } from "../map/theme.ts";
import { tableAddress } from "../views/registry.ts";
import { periodWords } from "../words/months.ts";
import type { Desk } from "./desk.ts";

const PATIENCE_MS = 10_000; // for tiles in the colours of paper

/** Has the browser print the map and not an empty frame, however it is asked to.

    By its own command there is no time for other colours: map and legend keep those they have. */
export function makePrint(desk: Desk): void {
  window.addEventListener("beforeprint", () => prepare(desk));
  window.addEventListener("afterprint", () => fill(byId("print-map")));
}

/** Prints the page, once the tiles are there in the colours of paper. */
export async function printPage(desk: Desk): Promise<void> {
  const drawn = redrawn();
  const darken = lighten();
  try {
    if (darken) {
      await drawn;
      await Promise.all(desk.panes().map(({ map }) => {
        map.triggerRepaint();
        return Promise.race([map.once("idle"), patience()]);
      }));
    }
    window.print();
  } finally {
    darken?.();
  }
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
}

/** Waits until the next answer is drawn, map and legend together. */
function redrawn(): Promise<void> {
  const next = new Promise<void>((resolve) => {
    const observer = new MutationObserver(() => {
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body, { attributeFilter: ["data-drawn"] });
  });
  return Promise.race([next, patience()]);
}

function prepare(desk: Desk): void {
  const picture = h("img", { alt: "", src: pictureOf(desk).toDataURL("image/png") });
  fill(byId("print-map"), picture);
  const view = desk.store.now;
  const dataset = desk.config.datasets.find((each) => each.id === view.dataset);
  const credits = byId("credit-text").textContent;
  fill(byId("print-note"),
    h("p", {}, [
      dataset && `${dataset.title}, ${periodWords(view.from, view.to)}.`,
      dataset && `Source: ${[dataset.source, dataset.licence].filter(Boolean).join(". ")}.`,
      credits && `Map: ${credits}.`, desk.config.software,
    ].filter(Boolean).join(" ")),
    h("p", {}, rowsWords()),
    h("p", {}, `View: ${window.location.href}`),
    h("p", {}, `Numbers: ${new URL(tableAddress(view), document.baseURI).href}`));
}

/** Of a table that is not drawn to its end, how much of it there is. */
function rowsWords(): string {
  const table = byId("table");
  const rows = table.querySelectorAll("tbody tr").length;
  const all = /\d+/.exec(table.querySelector(".more")?.textContent ?? "")?.[0];
  return all === undefined ? "" : `The table has ${rows} of ${all} rows; "Show all" before printing gives the rest.`;
}

/** What the maps show, with the names over them. */
export function pictureOf(desk: Desk): HTMLCanvasElement {
  const frame = byId("maps").getBoundingClientRect();
  const scale = window.devicePixelRatio;
  const canvas = h("canvas", { width: Math.round(frame.width * scale), height: Math.round(frame.height * scale) });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const { before, split } = desk.store.now;
  for (const [k, { map }] of desk.panes().entries()) {
    if (k > 0 && !before) continue;
    map.redraw(); // what was drawn is only there until the browser shows it
    context.save();
    if (k > 0) {
      context.beginPath();
      context.rect(0, 0, (canvas.width * split) / 100, canvas.height);
      context.clip();
    }
    context.drawImage(map.getCanvas(), 0, 0, canvas.width, canvas.height);
    context.restore();
  }
  context.scale(scale, scale);
  for (const each of byId("maps").querySelectorAll<HTMLElement>(".labels .town, .when")) {
    if (!each.hidden) drawName(context, each, frame);
  }
  return canvas;
}

function drawName(context: CanvasRenderingContext2D, element: HTMLElement, frame: DOMRect): void {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  const [x, y] = [box.left - frame.left, box.top - frame.top + box.height / 2];
  const isOnPatch = element.classList.contains("when");
  if (isOnPatch) {
    context.fillStyle = style.backgroundColor;
    context.fillRect(x, y - box.height / 2, box.width, box.height);
  } else {
    context.lineWidth = 3;
    context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--ground");
    context.strokeText(element.textContent, x, y);
  }
  context.fillStyle = style.color;
  context.fillText(element.textContent, x + (isOnPatch ? Number.parseFloat(style.paddingLeft) : 0), y);
}
