// What is shown where the address says nothing, and what of an address can be shown.

import type { AreaLayer, Dataset, PageConfig } from "../answers/types.ts";
import { isoMonth, monthNumber } from "../words/months.ts";
import { FIRST_CHOICES } from "./choices.ts";
import { pairOf } from "./comparing.ts";
import { askable } from "./published.ts";
import type { View, ViewName } from "./state.ts";

export const BANDWIDTHS = [100, 150, 200, 300, 400, 500, 600, 800, 1000, 1200, 1600, 2000, 2500, 3200, 4000, 5000];

/** Views of one period only. */
const WITHOUT_COMPARISON = new Set<ViewName>(["growth", "clusters", "patrols", "repeats", "when"]);

/** The view of a first visit. */
export function defaultView(config: PageConfig): View {
  const first = config.default;
  const layers = config.layers;
  return {
    view: "heatmap",
    dataset: first?.dataset ?? "",
    from: first?.from ?? "2000-01",
    to: first?.to ?? "2000-12",
    categories: [],
    layer: first?.layer ?? layers.at(-1)?.id ?? "",
    measure: "count",
    tested: "",
    usualTest: "count",
    denominator: "",
    bandwidth: String(usualBandwidth(config)),
    step: "month",
    choices: FIRST_CHOICES,
    growth: "sites",
    distance: 1000,
    outline: layers.length > 1 ? (layers[0]?.id ?? "none") : "none",
    sites: false,
    before: null,
    pool: [],
    split: 50,
    area: "",
    sort: "",
    at: null,
    cited: "",
    scheme: "natural-breaks",
    legend: "",
    corner: "bottom-left",
  };
}

/** A fiftieth of the side of the square as large as the study area: 1,200 m for a county. */
function usualBandwidth(config: PageConfig): number {
  const label = config.study_area?.label.split(":")[0];
  const area = config.layers.find((layer) => layer.id === label)?.area_km2 ?? 3000;
  const wanted = Math.sqrt(area) * 20;
  return BANDWIDTHS.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));
}

/** The view with what is not there any more replaced by what is. */
export function possible(view: View, config: PageConfig, defaults: View): View {
  const dataset = datasetOf(config, view.dataset);
  const layer = config.layers.some((each) => each.id === view.layer) || isGrid(view.layer)
    ? view.layer : defaults.layer;
  const whole = { ...view, ...(dataset ? inside(view, dataset) : {}) };
  const timed = { ...whole, ...comparison(whole, dataset) };
  const may = askable({ ...timed, layer }, config, dataset);
  const names = denominatorsOf(config, may.layer ?? layer);
  const measures = names.length > 0 ? view.measure : withoutDenominator(view.measure);
  const named = names.find((name) => name === dataset?.denominator);
  return {
    ...timed,
    layer,
    measure: measures,
    tested: names.length > 0 || view.tested !== "rate" ? view.tested : "",
    usualTest: named ? "rate" : isGrid(layer) ? "density" : "count",
    denominator: names.includes(view.denominator) ? view.denominator : (named ?? names[0] ?? ""),
    categories: view.categories.filter((name) => dataset?.categories.includes(name)),
    ...may,
    outline: config.layers.some((each) => each.id === view.outline) ? view.outline : "none",
    scheme: schemesOf(config).includes(view.scheme) ? view.scheme : defaults.scheme,
  };
}

/** The other period: none of views of one, and always one of the view of change. */
function comparison(view: View, dataset: Dataset | undefined): Partial<View> {
  if (WITHOUT_COMPARISON.has(view.view)) return { before: null };
  return view.view === "change" && !view.before ? pairOf({ from: view.from, to: view.to }, dataset) : {};
}

/** Dataset and period: as asked where the dataset has it, else its last year. */
function inside(view: View, dataset: Dataset): Partial<View> {
  const known = { dataset: dataset.id };
  if (dataset.from === null || dataset.to === null) return known;
  const [first, last] = [monthNumber(dataset.from), monthNumber(dataset.to)];
  const [from, to] = [monthNumber(view.from), monthNumber(view.to)];
  if (to < first || from > last || from > to) {
    return { ...known, from: isoMonth(Math.max(first, last - 11)), to: dataset.to };
  }
  return { ...known, from: isoMonth(Math.max(first, from)), to: isoMonth(Math.min(last, to)) };
}

function withoutDenominator(measure: string): string {
  return ["count", "density", "share"].includes(measure) ? measure : "count";
}

export function datasetOf(config: PageConfig, id: string): Dataset | undefined {
  return config.datasets.find((each) => each.id === id) ?? config.datasets[0];
}

export function layerOf(config: PageConfig, id: string): AreaLayer | undefined {
  return config.layers.find((each) => each.id === id);
}

/** The ways to divide values into classes that the service has. */
export function schemesOf(config: PageConfig): readonly string[] {
  return (config.choices["choropleth"] as { schemes: string[] }).schemes;
}

/** Whether a layer is a grid of hexagons or squares. */
export function isGrid(layer: string): boolean {
  return /^(hex|square):\d+$/.test(layer);
}

/** Measures that incidents of a layer can be divided by: residents first. */
export function denominatorsOf(config: PageConfig, layer: string): string[] {
  const names = (layerOf(config, layer)?.measures ?? []).map((each) => each.measure);
  const rank = (name: string): number => (/^(population|residents)/.test(name) ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
