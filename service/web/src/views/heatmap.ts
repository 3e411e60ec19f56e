// Where is it hot: the density of incidents.

import { addressOf, incidentsOf, pathOf, type Parameters, type Question } from "../answers/addresses.ts";
import type { HeatLegend } from "../answers/types.ts";
import { themeNow } from "../map/colours.ts";
import { bandwidthOf, type View } from "../view/state.ts";
import { COUNT, NAME } from "./columns.ts";
import type { ViewKind } from "./kind.ts";

/** Lower bounds of the classes of a heat map, lowest first; of its own maximum where empty. */
export type Breaks = readonly number[];

function heatQuestion(view: View): Question {
  return {
    path: `v1/heatmaps/${pathOf(view.dataset)}`,
    parameters: [["bandwidth_m", bandwidthOf(view)], ...incidentsOf(view)],
  };
}

export function heatAddress(
  view: View, document: "tilejson.json" | "legend.json" | "summary.json", breaks: Breaks = [],
): string {
  const { path, parameters } = heatQuestion(view);
  const classes = breaks.map((each): [string, number] => ["breaks", each]);
  const theme: Parameters = document !== "summary.json" && themeNow() === "dark" ? [["theme", "dark"]] : [];
  return addressOf({ path, parameters: [...parameters, ...classes, ...theme] }, `/${document}`);
}

/** The classes of a legend, to ask another period in them. */
export function breaksOf(legend: HeatLegend | null): Breaks {
  const bounds = (legend?.classes ?? []).flatMap((each) => (each.lower === null ? [] : [each.lower]));
  return bounds.sort((a, b) => a - b);
}

export const HEATMAP: ViewKind = {
  name: "heatmap",
  title: "Heat map",
  hint: "Where is it hot? Density of incidents per km².",
  hasGrids: true,
  isHeat: true,
  measures: null,
  compared: "count",
  fields: () => ["layer", "bandwidth", "sites", "compare"],
  rows: () => "areas",
  question: (view) => ({
    path: `v1/choropleths/${pathOf(view.dataset, view.layer)}`, parameters: incidentsOf(view),
  }),
  picture: heatQuestion,
  columns: () => [NAME, COUNT],
  colours: () => null,
  sort: () => "",
  sentences: (table) => table.sentences.slice(0, 1),
  tip: () => [],
};
