// From the view to the answers of the service: addresses, columns, colours.

import { here, query } from "./api.ts";
import {
  COMPLETION, EMERGING, HOT_COLD, MISSING, NOTHING, PRIORITIES, SUPPRESSED, intervalSwatches, type Swatch,
} from "./colours.ts";
import type { Step } from "./months.ts";
import type { GrowthKind, View } from "./state.ts";
import type { Cell, HeatLegend, Key, Row, Table } from "./types.ts";
import {
  COMPLETION_WORDS, EMERGING_SHORT, HOTSPOT_MEASURES, HOT_COLD_SHORT, HOT_COLD_WORDS, MEASURE_WORDS, OVER_DENOMINATOR, PER_YEAR, SUPPRESSED_WORD,
  capital, cellWords, isSuppressed, numberWords, probabilityWords, textOf,
} from "./words.ts";

type Words = [name: string, value: string | number | null][];

export interface Column {
  key: Key;
  title: string;
  kind: "name" | "number" | "text" | "swatch" | "run";
  words: (row: Row) => string;
}

/** What identifies a row: the code of an area, or the id of a site. */
export function codeOf(row: Row): string {
  return String(row.code ?? row.site_id ?? row.area_code ?? row.name);
}

/** Whether the rows are development sites and not areas. */
export function isOfSites(view: View): boolean {
  return view.view === "growth" && view.growth === "sites";
}

/** What hotspots are tested of: as chosen, there or for areas, else as the service does. */
export function hotspotMeasure(view: View): string {
  const chosen = view.tested || (view.measure === "count" ? "" : view.measure);
  return HOTSPOT_MEASURES.includes(chosen) ? chosen : view.usualTest;
}

function incidentWords(view: View): Words {
  return [
    ["from", view.from],
    ["to", view.to],
    ...view.categories.map((name): [string, string] => ["category", name]),
  ];
}

function path(...parts: string[]): string {
  return parts.map((part) => encodeURIComponent(part).replaceAll("%3A", ":")).join("/");
}

/** The address of the table of a view; a suffix such as "csv" gives the file to keep. */
export function tableAddress(view: View, suffix = ""): string {
  const dot = suffix ? `.${suffix}` : "";
  const words = incidentWords(view);
  switch (view.view) {
    case "heatmap":
      return `v1/choropleths/${path(view.dataset, view.layer)}${dot}${query(words)}`;
    case "choropleth": {
      const measure = view.measure;
      words.push(["measure", measure]);
      if (OVER_DENOMINATOR.has(measure)) words.push(["denominator", view.denominator]);
      if (PER_YEAR.has(measure)) words.push(["rate_per", "year"]);
      return `v1/choropleths/${path(view.dataset, view.layer)}${dot}${query(words)}`;
    }
    case "hotspots": {
      const measure = hotspotMeasure(view);
      words.push(["measure", measure]);
      if (OVER_DENOMINATOR.has(measure)) words.push(["denominator", view.denominator]);
      if (measure === "rate") words.push(["null", "poisson"]);
      words.push(["sentences", "true"]);
      if (PER_YEAR.has(measure)) words.push(["rate_per", "year"]);
      return `v1/hotspots/${path(view.dataset, view.layer)}${dot}${query(words)}`;
    }
    case "emerging":
      words.push(["step", view.step]);
      return `v1/hotspots/${path(view.dataset, view.layer)}/emerging${dot}${query(words)}`;
    case "growth":
      return growthAddress(view, dot, words);
  }
}

function growthAddress(view: View, dot: string, words: Words): string {
  const base = `v1/growth/${path(view.dataset)}`;
  const layer: Words = [["layer", view.layer]];
  const asked: Record<GrowthKind, string> = {
    sites: `${base}/overlay${dot}${query([...words, ["distance_m", view.distance], ...layer])}`,
    forecast: `${base}/forecast${dot}${query([...words, ["by", "area"], ...layer])}`,
    priorities: `${base}/priorities${dot}${query([...words, ...layer])}`,
  };
  return asked[view.growth];
}

function heatWords(view: View): Words {
  return [["bandwidth_m", view.bandwidth], ...incidentWords(view)];
}

/** Lower bounds of the classes of a heat map, lowest first; of its own maximum where empty. */
export type Breaks = readonly number[];

export function heatAddress(
  view: View, document: "tilejson.json" | "legend.json" | "summary.json", breaks: Breaks = [],
): string {
  const words = [...heatWords(view), ...breaks.map((each): [string, number] => ["breaks", each])];
  return `v1/heatmaps/${path(view.dataset)}/${document}${query(words)}`;
}

/** The classes of a legend, to ask another period in them. */
export function breaksOf(legend: HeatLegend | null): Breaks {
  const bounds = (legend?.classes ?? []).flatMap((each) => (each.lower === null ? [] : [each.lower]));
  return bounds.sort((a, b) => a - b);
}

export function pictureAddress(view: View): string {
  return `v1/heatmaps/${path(view.dataset)}/map.png${query(heatWords(view))}`;
}

export function boundaryAddress(layer: string): string {
  return `v1/boundaries/${path(layer)}/tilejson.json`;
}

export function trendAddress(view: View, within: string, step: Step): string {
  const words: Words = view.categories.map((name) => ["category", name]);
  if (within) words.push(["within", within]);
  if (step !== "month") words.push(["step", step]);
  return `v1/tables/${path(view.dataset)}/trend${query(words)}`;
}

/** Tile addresses of a TileJSON as this page reaches them, sharp where the screen is. */
export function tileAddresses(tiles: readonly string[]): string[] {
  const isSharp = window.devicePixelRatio > 1.25;
  return tiles.map((each) => (isSharp ? here(each).replace("{y}.png", "{y}@2x.png") : here(each)));
}

const number = (key: Key, title: string): Column => ({
  key, title, kind: "number", words: (row) => cellWords(row, row[key]),
});
const swatch = (key: Key, title: string, words: Record<string, string> = {}): Column => ({
  key, title, kind: "swatch", words: (row) => words[String(row[key])] ?? capital(String(row[key])),
});
const NAME: Column = {
  key: "name", title: "Area", kind: "name", words: (row) => String(row.name ?? row.code ?? ""),
};

/** The columns of the ranked table, most telling first. */
export function columnsOf(view: View, table: Table): Column[] {
  const count = number("count", "Incidents");
  switch (view.view) {
    case "heatmap":
      return [NAME, count];
    case "choropleth": {
      if (view.measure === "count") return [NAME, count];
      return [NAME, number("value", shortMeasure(view.measure)), count];
    }
    case "hotspots": {
      const value = hotspotMeasure(view) === "count" ? [count] : [number("value", shortMeasure(hotspotMeasure(view)))];
      return [NAME, swatch("class", "Class", HOT_COLD_SHORT), number("z_score", "z"), ...value];
    }
    case "emerging":
      return [
        NAME,
        {
          ...swatch("category", "Category"),
          words: (row) => EMERGING_SHORT[String(row.category)] ?? capital(String(row.category).replace(/ spot$/, "")),
        },
        { key: "run", title: "Steps", kind: "run", words: (row) => textOf(row.run) },
      ];
    case "growth":
      return growthColumns(view.growth, table);
  }
}

function growthColumns(kind: GrowthKind, table: Table): Column[] {
  if (kind === "sites") {
    return [
      { ...NAME, title: "Site" },
      number("homes_remaining", "To come"),
      number("incidents_within", "Near"),
    ];
  }
  if (kind === "priorities") {
    return [NAME, swatch("priority", "Priority"), number("count", "Incidents")];
  }
  const year = String(table.rows[0]?.year ?? "");
  const confidence = Math.round(100 * Number(table.provenance.method["confidence"] ?? 0.9));
  return [
    NAME,
    number("expected", `In ${year}`),
    {
      key: "upper", title: `${confidence} %`, kind: "number",
      words: (row) => isSuppressed(row) ? SUPPRESSED_WORD : `${numberWords(row.lower)}–${numberWords(row.upper)}`,
    },
    number("homes_added", "Homes"),
  ];
}

function shortMeasure(measure: string): string {
  return ({
    count: "Incidents", rate: "Per 1,000 a year", density: "Per km² a year", share: "Share, %",
    smoothed: "Smoothed", "smoothed-local": "Smoothed", ratio: "Obs./exp.",
  })[measure] ?? "Value";
}

/** The order of a table where the reader chose none: as answered, but the largest of growth first. */
export function usualSort(view: View): string {
  if (view.view !== "growth") return "";
  return { sites: "-homes_remaining", forecast: "-expected", priorities: "" }[view.growth];
}

/** What the colours of the areas mean. */
export interface AreaColours {
  title: string;
  unit: string;
  swatches: Swatch[];
  of: (row: Row) => string;
}

/** The legend of a table and the colour of each of its rows; null where areas have none. */
export function coloursOf(view: View, table: Table): AreaColours | null {
  if (view.view === "choropleth") return valueColours(view, table);
  if (view.view === "hotspots") {
    const unit = "Getis-Ord Gi*, false discovery rate controlled";
    return categories(table, "class", "Hot and cold spots", unit, HOT_COLD, HOT_COLD_WORDS);
  }
  if (view.view === "emerging") {
    return categories(table, "category", "Emerging hot spots", `by ${view.step}`, EMERGING, {});
  }
  if (view.view === "growth" && view.growth === "priorities") {
    return categories(table, "priority", "Priorities", "by rules that the table states", PRIORITIES, {});
  }
  if (view.view === "growth" && view.growth === "forecast") return valueColours(view, table);
  if (isOfSites(view)) {
    return categories(table, "completion_class", "Development sites",
      "circles grow with the homes planned", COMPLETION, COMPLETION_WORDS, completion);
  }
  return null;
}

function valueColours(view: View, table: Table): AreaColours | null {
  const legend = table.provenance.method.legend;
  if (!legend) return null;
  const swatches = withSuppressed(intervalSwatches(legend), table);
  const colour = new Map(swatches.map((each) => [each.label, each.colour]));
  if (view.view === "growth") {
    const year = String(table.rows[0]?.year ?? "");
    const unit = `incidents a year per 1,000 of ${textOf(table.provenance.method["denominator"], "the denominator")}, with the homes planned`;
    const of = (row: Row): string => valueColour(colour, row);
    return { title: `Expected rate, ${year}`, unit, swatches, of };
  }
  const over = OVER_DENOMINATOR.has(view.measure) ? ` of ${view.denominator.split(":")[0]}` : "";
  return {
    title: (MEASURE_WORDS[view.measure] ?? view.measure) + over,
    unit: textOf(table.provenance.method["scheme"]).replaceAll("-", " "),
    swatches,
    of: (row) => valueColour(colour, row),
  };
}

/** Where a row is suppressed, the classes with one for it, and with the rows that they show. */
function withSuppressed(swatches: Swatch[], table: Table): Swatch[] {
  if (!table.rows.some(isSuppressed)) return swatches;
  const countOf = (label: string): number => table.rows.filter((row) => row.class === label).length;
  const hidden = { label: SUPPRESSED_WORD, colour: SUPPRESSED, lower: null, upper: null };
  const shown = swatches.filter((each) => each.label !== SUPPRESSED_WORD);
  return [...shown, { ...hidden, count: 0 }].map((each) => ({ ...each, count: countOf(each.label) }));
}

function valueColour(colours: ReadonlyMap<string, string>, row: Row): string {
  return colours.get(String(row.class)) ?? (isSuppressed(row) ? SUPPRESSED : MISSING);
}

function categories(
  table: Table, key: Key, title: string, unit: string,
  colours: Record<string, string>, words: Record<string, string>,
  classOf: (row: Row) => Cell = (row) => row[key] ?? null,
): AreaColours {
  const counts = new Map<string, number>();
  for (const row of table.rows) {
    const name = String(classOf(row));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const always = key === "class" || key === "completion_class";
  const optional = ["not tested", SUPPRESSED_WORD];
  const swatches = Object.entries(colours)
    .filter(([name]) => counts.has(name) || (always && !optional.includes(name)))
    .map(([name, colour]) => ({
      label: words[name] ?? capital(name), colour, count: counts.get(name) ?? 0,
      lower: null, upper: null,
    }));
  return { title, unit, swatches, of: (row) => colours[String(classOf(row))] ?? NOTHING };
}

/** How far a site is built. */
export function completion(row: Row): string {
  const given = row.completion_class;
  if (typeof given === "string") return given;
  const planned = row.homes_planned;
  const done = row.homes_completed;
  if (typeof planned !== "number" || typeof done !== "number") return "completions unknown";
  if (done <= 0) return "not started";
  return done >= planned ? "complete" : "under way";
}

/** The numbers of one area or site, as a list of names and words. */
export function factsOf(view: View, row: Row): [name: string, words: string][] {
  const facts: [string, string][] = [];
  const add = (name: string, key: Key, words: (v: Cell) => string = numberWords): void => {
    const value = row[key];
    if (value !== undefined && value !== null && value !== "") facts.push([name, words(value)]);
  };
  const text = (value: Cell): string => capital(String(value));
  if (isOfSites(view)) {
    add("District", "district", text);
    add("Homes planned", "homes_planned");
    add("Homes complete", "homes_completed");
    add("Homes to come", "homes_remaining");
    add(`Incidents within ${numberWords(view.distance)} m`, "incidents_within");
    add("Lies in", "area_name", text);
    add("Position", "position", text);
    return facts;
  }
  add("In a sentence", "sentence", text);
  add("Incidents", "count");
  if (isSuppressed(row)) facts.push(["Incidents", "suppressed: too few to be shown"]);
  if (view.view === "choropleth" || view.view === "hotspots") {
    const measure = view.view === "hotspots" ? hotspotMeasure(view) : view.measure;
    if (measure !== "count") add(MEASURE_WORDS[measure] ?? "Value", "value");
  }
  add(`Expected in ${String(row.year ?? "")}`, "expected");
  const { lower, upper } = row;
  if (typeof lower === "number" && typeof upper === "number") {
    facts.push([view.view === "growth" ? "Likely between" : "95 % interval", `${numberWords(lower)} to ${numberWords(upper)}`]);
  }
  add(capital(view.denominator.split(":")[0] ?? "Denominator"), "denominator");
  add("Class", "class", (value) => HOT_COLD_WORDS[String(value)] ?? text(value));
  add("z score", "z_score");
  add("p, by permutation", "p_permutation", probabilityWords);
  add("q, false discovery rate", "q_value", probabilityWords);
  add("Against all areas", "funnel", text);
  add("Priority", "priority", text);
  add("Reasons", "reasons", text);
  add("Expected rate", "rate");
  add("Sites", "sites");
  add("New homes by then", "homes_added");
  add("Category", "category", text);
  add("Steps hot", "hot_steps");
  add("Steps cold", "cold_steps");
  add("Trend p", "trend_p_value", probabilityWords);
  if (row.expected_count_ok === false) facts.push(["Note", "Too few incidents for the analytic p"]);
  if (row.island === true) facts.push(["Note", "No neighbours: not tested with others"]);
  return facts;
}
