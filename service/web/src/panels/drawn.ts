// The drawn area beside the map: what is known of it, its months, its files, and what to do with it.

import { incidentsOf, pathOf, trendAddress } from "../answers/addresses.ts";
import { ask, isAborted, query } from "../answers/api.ts";
import type { Table, TrendRow } from "../answers/types.ts";
import { byId, fill, h } from "../dom.ts";
import type { View } from "../view/state.ts";
import { groundOf, shapeOf, type Shape } from "../view/shape.ts";
import type { Step } from "../words/months.ts";
import { capital, counted, numberWords } from "../words/words.ts";
import { monthlyChart } from "./chart.ts";

export interface DrawnEvents {
  edit: () => void;
  zoom: () => void;
  clear: () => void;
}

/** What a drawn area is. */
export function shapeWords(shape: Shape): string {
  return shape.kind === "circle"
    ? `circle of ${numberWords(shape.radius)} m` : `drawn area of ${counted(shape.corners.length, "corner")}`;
}

/** What the drawn area of a view is called; empty where it has none. */
export function drawnWords(view: View): string {
  const shape = shapeOf(view.within);
  return shape ? view.drawn || shapeWords(shape) : "";
}

/** The one place that an answer is about, with "only" before it; empty where it is about all. */
export function onlyWords(view: View, provenance: Table["provenance"]): string {
  const where = drawnWords(view) || (provenance.within?.name ?? "");
  return where && `only ${where}`;
}

/** The address of what is known of a drawn area; a suffix gives the file. */
export function profileAddress(view: View, suffix = ""): string {
  const parameters = incidentsOf(view).filter(([name]) => name !== "within");
  return `v1/tables/${pathOf(view.dataset)}/profile${suffix}${query([...parameters, ["within", view.within]])}`;
}

/** The sentences of an answer with the drawn area by its name here. */
export function inWords(view: View, provenance: Table["provenance"], sentences: readonly string[]): string[] {
  const [name, words] = [provenance.within?.name ?? "", drawnWords(view)];
  return sentences.map((each) => (name && words ? each.replaceAll(name, view.drawn ? words : `the ${words}`) : each));
}

export function clearDrawn(): void {
  byId("shape").hidden = true;
  fill(byId("shape"));
}

/** Shows a drawn area: its name and ground at once, what the service knows of it when that comes. */
export function showDrawn(view: View, shape: Shape, step: Step, signal: AbortSignal, events: DrawnEvents): void {
  const place = byId("shape");
  const act = (words: string, testid: string, done: () => void): HTMLButtonElement => {
    const button = h("button", { type: "button", "data-testid": testid }, words);
    button.addEventListener("click", done);
    return button;
  };
  const said = h("div", { "data-testid": "shape-said" }, h("p", { class: "soft" }, "Asking what is known of it …"));
  const months = h("div");
  fill(place,
    h("h2", {}, capital(drawnWords(view))),
    h("p", { class: "where" }, `${view.drawn ? `${capital(shapeWords(shape))}, ` : ""}${numberWords(Number(groundOf(shape).toPrecision(3)))} km²`),
    h("div", { class: "acts" },
      act("Zoom to", "shape-zoom", events.zoom), act("Change", "shape-edit", events.edit), act("Clear", "shape-clear", events.clear)),
    said, months,
    h("p", { class: "shape-files" }, "Files: ",
      h("a", { href: profileAddress(view, ".csv"), download: true, "data-testid": "shape-profile" }, "profile (CSV)"), " ",
      h("a", { href: trendAddress(view, "", step).replace("/trend", "/trend.xlsx"), download: true, "data-testid": "shape-trend" }, "months (spreadsheet)")));
  place.hidden = false;
  void fillProfile(view, said, signal);
  void fillMonths(view, step, months, signal);
}

async function fillProfile(view: View, place: HTMLElement, signal: AbortSignal): Promise<void> {
  try {
    const { sentences, provenance } = await ask<Table>(profileAddress(view), signal);
    // Each begins with what the area is called there, which stands above them here.
    const own = sentences.slice(1).map((each) => each.replace(/^(polygon of|[\d,.]+ m around)[^:]*: /i, ""));
    fill(place, ...own.map((each) => h("p", {}, capital(each))),
      provenance.notes.length > 0 ? h("details", {}, h("summary", {}, "Notes"), ...provenance.notes.map((each) => h("p", { class: "soft" }, each))) : null);
  } catch (error) {
    if (!isAborted(error)) fill(place, h("p", { class: "soft" }, error instanceof Error ? error.message : "No answer."));
  }
}

async function fillMonths(view: View, step: Step, place: HTMLElement, signal: AbortSignal): Promise<void> {
  try {
    const rows = (await ask<Table>(trendAddress(view, "", step), signal)).rows as unknown as TrendRow[];
    fill(place, monthlyChart(rows, view.from, view.to, `${capital(drawnWords(view))}, ${step} by ${step}`, step));
  } catch (error) {
    if (!isAborted(error)) fill(place, h("p", { class: "soft" }, `The counts by ${step} could not be read.`));
  }
}
