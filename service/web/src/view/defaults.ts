// What is shown where the address says nothing, and what of an address can be shown.

import type { AreaLayer, Dataset, PageConfig } from "../answers/types.ts";
import { isoMonth, monthNumber, periodShort } from "../words/months.ts";
import { plainTitle } from "../words/words.ts";
import { FIRST_CHOICES } from "./choices.ts";
import { pairOf } from "./comparing.ts";
import { askable, publishedOf } from "./published.ts";
import { shapeOf } from "./shape.ts";
import type { View, ViewName } from "./state.ts";

export const BANDWIDTHS = [100, 150, 200, 300, 400, 500, 600, 800, 1000, 1200, 1600, 2000, 2500, 3200, 4000, 5000];
const LEAST_USUAL_M = 150; // what "let the data choose" takes at least too
const OUTLINED = 60; // more borders hide what they should divide

/** The datasets, those with the same title told apart by period, or else by id. */
export function toldApart(datasets: readonly Dataset[]): Dataset[] {
  const shared = (titles: string[]): Set<string> => new Set(titles.filter((each, k) => titles.indexOf(each) !== k));
  const titles = datasets.map(({ title }) => plainTitle(title));
  const same = shared(titles);
  const dated = datasets.map(({ from, to }, k) => {
    const title = titles[k] ?? "";
    return same.has(title) && from && to ? `${title}, ${periodShort(from, to)}` : title;
  });
  const still = shared(dated);
  return datasets.map((each, k) => {
    const title = dated[k] ?? each.title;
    return { ...each, title: still.has(title) ? `${title} (${each.id})` : title };
  });
}

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
    within: "",
    drawn: "",
    measure: "",
    usualMeasure: "count",
    tested: "",
    usualTest: "count",
    denominator: "",
    bandwidth: "",
    usualBandwidth: "400",
    step: "month",
    choices: FIRST_CHOICES,
    growth: "sites",
    distance: 1000,
    outline: layers.find((each) => each.areas <= OUTLINED && each.id !== layers.at(-1)?.id)?.id ?? "none",
    sites: false,
    before: null,
    pool: [],
    split: 50,
    area: "",
    panel: "numbers",
    sort: "",
    at: null,
    cited: "",
    scheme: "natural-breaks",
    legend: "",
    corner: "bottom-left",
  };
}

/**
 * A fiftieth of the side of the square as large as the place that is asked about: 1,200 m for a
 * county, 400 m for one of its districts; never less than incidents are located to.
 */
function usualBandwidth(view: View, config: PageConfig, least: number): string {
  const ideal = Math.sqrt(placeArea(view.within, config)) * 20;
  const able = BANDWIDTHS.filter((each) => each >= Math.max(least, LEAST_USUAL_M));
  return String(able.reduce((a, b) => (Math.abs(b - ideal) < Math.abs(a - ideal) ? b : a)));
}

/** The area of the place that is asked about, km²; of an area of a layer, what they have on average. */
function placeArea(within: string, config: PageConfig): number {
  const numbers = within.split(/[:,;]/).slice(1).map(Number);
  if (/^(lonlat-)?circle:/.test(within)) return Math.PI * ((numbers[2] ?? 0) / 1000) ** 2;
  if (/^(lonlat-)?polygon:/.test(within)) {
    const spans = [0, 1].map((axis) => {
      const along = numbers.filter((_, k) => k % 2 === axis);
      return Math.max(...along) - Math.min(...along);
    });
    const [width = 0, height = 0] = spans;
    return width * height * (within.startsWith("lonlat-") ? 111 * 111 * 0.6 : 1e-6);
  }
  const layer = layerOf(config, within.split(":")[0] ?? "");
  if (layer) return layer.area_km2 / layer.areas;
  return layerOf(config, config.study_area?.label.split(":")[0] ?? "")?.area_km2 ?? 3000;
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
  const usualMeasure = names.some(isOfPeople) ? "rate" : "count";
  const measure = names.length > 0 ? view.measure : withoutDenominator(view.measure);
  const least = dataset ? publishedOf(config, dataset.id)?.minimum_bandwidth_m ?? 0 : 0;
  const bandwidth = usualBandwidth(view, config, least);
  const named = names.find((name) => name === dataset?.denominator);
  return {
    ...timed,
    layer,
    drawn: shapeOf(view.within) ? view.drawn : "",
    measure: measure === usualMeasure ? "" : measure,
    usualMeasure,
    bandwidth: view.bandwidth === bandwidth ? "" : view.bandwidth,
    usualBandwidth: bandwidth,
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
  return ["count", "density", "share"].includes(measure) ? measure : "";
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

/** Whether a measure counts those who live there. */
function isOfPeople(measure: string): boolean {
  return /^(population|residents)/.test(measure);
}

/** Measures that incidents of a layer can be divided by: residents first. */
export function denominatorsOf(config: PageConfig, layer: string): string[] {
  const names = (layerOf(config, layer)?.measures ?? []).map((each) => each.measure);
  const rank = (name: string): number => (isOfPeople(name) ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
