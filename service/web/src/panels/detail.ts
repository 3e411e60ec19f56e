// The numbers of the selected area or site, and its months.

import { trendAddress } from "../answers/addresses.ts";
import { ask, isAborted } from "../answers/api.ts";
import type { Row, Table, TrendRow } from "../answers/types.ts";
import { byId, fill, h } from "../dom.ts";
import type { View } from "../view/state.ts";
import { factsOf } from "../views/facts.ts";
import { kindOf } from "../views/registry.ts";
import type { Step } from "../words/months.ts";
import { monthlyChart } from "./chart.ts";
import { helpFor } from "./help.ts";

export interface DetailEvents {
  close: () => void;
  zoom: () => void;
}

let drawnSeries = "";

export function clearDetail(): void {
  byId("detail").hidden = true;
  fill(byId("detail"));
  drawnSeries = "";
}

/** Shows an area: its numbers at once, its months when they come. */
export function drawDetail(view: View, row: Row, layerName: string, step: Step, events: DetailEvents): void {
  const place = byId("detail");
  const rows = kindOf(view).rows(view);
  const name = kindOf(view).label?.(row) ?? String(row.name ?? row.area_name ?? view.area);
  const facts = factsOf(view, row).flatMap(([term, words]) => [h("dt", {}, term, helpFor(term)), h("dd", {}, words)]);
  const zoom = h("button", { type: "button", "data-testid": "detail-zoom" }, "Zoom to");
  const close = h("button", { type: "button", "data-testid": "detail-close", "aria-label": "Close" }, "✕");
  zoom.addEventListener("click", events.zoom);
  close.addEventListener("click", events.close);
  const series = place.querySelector("figure");
  fill(
    place,
    h("h2", {}, name),
    h("p", { class: "where" }, rows === "areas" ? `${view.area} · ${layerName}` : rows === "sites" ? "Development site" : kindOf(view).title),
    h("div", { class: "acts" }, rows === "times" ? null : zoom, close),
    h("dl", { "data-testid": "detail-facts" }, ...facts),
    h("div", { id: "series" }),
  );
  place.hidden = false;
  if (rows === "areas") void drawSeries(view, name, step, series);
}

async function drawSeries(view: View, name: string, step: Step, before: Element | null): Promise<void> {
  const address = trendAddress(view, `${view.layer}:${view.area}`, step);
  if (before && drawnSeries.startsWith(`${address} `)) byId("series").append(before);
  try {
    const rows = (await ask<Table>(address)).rows as unknown as TrendRow[];
    const place = document.getElementById("series");
    if (!place || byId("detail").hidden) return;
    fill(place, monthlyChart(rows, view.from, view.to, `${name}, ${step} by ${step}`, step));
    drawnSeries = `${address} ${view.from} ${view.to}`;
  } catch (error) {
    const place = document.getElementById("series");
    if (place && !isAborted(error)) {
      fill(place, h("p", { class: "soft" }, `The counts of this area by ${step} could not be read.`));
    }
  }
}
