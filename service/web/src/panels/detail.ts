// The numbers of the selected area or site: in a sentence, among its peers, and over time.

import { addressOf, type Question } from "../answers/addresses.ts";
import { ask, isAborted } from "../answers/api.ts";
import type { PageConfig, Row, Table } from "../answers/types.ts";
import { byId, fill, h } from "../dom.ts";
import { datasetOf } from "../view/defaults.ts";
import type { View } from "../view/state.ts";
import { rankedQuestion, rateOver, trendChart } from "../views/charts.ts";
import { factsOf } from "../views/facts.ts";
import { kindOf } from "../views/registry.ts";
import { numberWords } from "../words/words.ts";
import { drawFigure, emptyFigure } from "./figure.ts";
import { helpFor } from "./help.ts";

export interface DetailEvents {
  close: () => void;
  zoom: () => void;
}

let drawn = ""; // the question of the chart that stands there
let turn = new AbortController();

export function clearDetail(): void {
  turn.abort();
  byId("detail").hidden = true;
  fill(byId("detail"));
  drawn = "";
}

/** Shows an area: its numbers at once, its rank and its months when they come. */
export function drawDetail(view: View, row: Row, layerName: string, config: PageConfig, events: DetailEvents): void {
  const place = byId("detail");
  const rows = kindOf(view).rows(view);
  const name = kindOf(view).label?.(row) ?? String(row.name ?? row.area_name ?? view.area);
  const facts = factsOf(view, row).flatMap(([term, words]) => [h("dt", {}, term, helpFor(term)), h("dd", {}, words)]);
  const zoom = h("button", { type: "button", "data-testid": "detail-zoom" }, "Zoom to");
  const close = h("button", { type: "button", "data-testid": "detail-close", "aria-label": "Close" }, "✕");
  zoom.addEventListener("click", events.zoom);
  close.addEventListener("click", events.close);
  const chart = trendChart(view, config, `${view.layer}:${view.area}`);
  const key = JSON.stringify(chart);
  const before = drawn === key ? place.querySelector("#series") : null;
  turn.abort();
  turn = new AbortController();
  const series = before ?? h("div", { id: "series" });
  fill(
    place,
    h("h2", {}, name),
    h("p", { class: "where" }, rows === "areas" ? `${view.area} · ${layerName}` : rows === "sites" ? "Development site" : kindOf(view).title),
    h("div", { class: "acts" }, rows === "times" ? null : zoom, close),
    h("dl", { "data-testid": "detail-facts" }, ...facts),
    h("p", { id: "peers", class: "sentences" }),
    series,
  );
  place.hidden = false;
  if (rows !== "areas") return;
  void drawPeers(view, config, turn.signal);
  if (before) return;
  drawn = key;
  const figure = emptyFigure(chart);
  const sentences = h("p", { class: "sentences", "data-testid": "detail-trend" });
  fill(series, sentences, figure);
  void drawFigure(figure, chart, turn.signal).finally(() => {
    if (figure.querySelector("svg") === null && drawn === key) drawn = "";
  });
  void drawSentences(chart.question, sentences, turn.signal);
}

/** What the service says of the months of an area; of how many there are it says above. */
async function drawSentences(question: Question, place: HTMLElement, signal: AbortSignal): Promise<void> {
  try {
    const { sentences } = await ask<Table>(addressOf(question), signal);
    fill(place, sentences.slice(1).join(" "));
  } catch (error) {
    if (!isAborted(error)) fill(place); // the chart says why
  }
}

/** Where an area stands among the others of its layer, and where they are. */
async function drawPeers(view: View, config: PageConfig, signal: AbortSignal): Promise<void> {
  const dataset = datasetOf(config, view.dataset);
  const question = dataset && rankedQuestion(view, config, dataset);
  if (!dataset || !question) return;
  try {
    const { rows } = await ask<Table>(addressOf(question), signal);
    const areas = rows.filter((row) => typeof row.rank === "number");
    const own = areas.find((row) => row.code === view.area);
    const peers = document.getElementById("peers");
    if (!own || !peers || signal.aborted) return;
    fill(peers, peerWords(own, areas.length, rateOver(view, config, dataset).split(":")[0] ?? ""));
  } catch (error) {
    if (!isAborted(error)) return; // its numbers stand without it
  }
}

function peerWords(own: Row, areas: number, over: string): string {
  const where = own.larger_area ? `In ${String(own.larger_area)}. ` : "";
  const by = over ? "rate" : "number";
  const rate = over && typeof own.rate === "number"
    ? ` (${numberWords(own.rate)} per 1,000 ${over} a year)` : "";
  const { rank_best: best, rank_worst: worst } = own;
  const open = typeof best === "number" && typeof worst === "number" && best !== worst
    ? `; by chance alone it may be ${numberWords(best)} to ${numberWords(worst)}` : "";
  return `${where}Rank ${numberWords(own.rank)} of ${numberWords(areas)} by ${by}${rate}${open}.`;
}
