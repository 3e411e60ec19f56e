// The addresses of questions to the service, made of the view.

import type { View } from "../view/state.ts";
import type { Step } from "../words/months.ts";
import { here, query } from "./api.ts";

export type Parameters = [name: string, value: string | number | null][];

/** A question: the path of its answer without suffix, and its parameters. */
export interface Question {
  path: string;
  parameters: Parameters;
}

/** The address of an answer; an ending such as ".csv" or "/map.png" gives one of its other forms. */
export function addressOf({ path, parameters }: Question, ending = ""): string {
  return `${path}${ending}${query(parameters)}`;
}

/** Which incidents are asked about, and where. */
export function incidentsOf(view: View): Parameters {
  return [
    ["from", view.from],
    ["to", view.to],
    ...view.categories.map((name): [string, string] => ["category", name]),
    ["within", view.within],
  ];
}

/** Parts of a path, as an address writes them. */
export function pathOf(...parts: string[]): string {
  return parts.map((part) => encodeURIComponent(part).replaceAll("%3A", ":")).join("/");
}

export function boundaryAddress(layer: string): string {
  return `v1/boundaries/${pathOf(layer)}/tilejson.json`;
}

/** The counts over time of one area, or of the place that is asked about. */
export function trendAddress(view: View, area: string, step: Step): string {
  const parameters: Parameters = view.categories.map((name) => ["category", name]);
  parameters.push(["within", area || view.within]);
  if (step !== "month") parameters.push(["step", step]);
  return `v1/tables/${pathOf(view.dataset)}/trend${query(parameters)}`;
}

/** Tile addresses of a TileJSON as this page reaches them, sharp where the screen is. */
export function tileAddresses(tiles: readonly string[]): string[] {
  const isSharp = window.devicePixelRatio > 1.25;
  return tiles.map((each) => (isSharp ? here(each).replace("{y}.png", "{y}@2x.png") : here(each)));
}
