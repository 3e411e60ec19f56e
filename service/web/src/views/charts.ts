// Which charts stand beside the map: questions to the service's own tables, made of the view.

import { incidentsOf, pathOf, type Parameters, type Question } from "../answers/addresses.ts";
import type { Dataset, PageConfig } from "../answers/types.ts";
import { denominatorsOf, isGrid, layerOf } from "../view/defaults.ts";
import { publishedOf, unitOf } from "../view/published.ts";
import type { View } from "../view/state.ts";
import { stepOf } from "../words/months.ts";
import { OVER_DENOMINATOR, capital } from "../words/words.ts";
import { isOfSites, kindOf } from "./registry.ts";

/** A chart: what it is called, its question, and the columns of the table below it. */
export interface ChartQuestion {
  id: string;
  title: string;
  question: Question;
  columns: readonly (readonly [key: string, title: string])[];
  /** Drawn only when the reader opens it. */
  isClosed?: boolean;
}

const WEEK: ChartQuestion["columns"] = [
  ["row_name", "Hour"], ["mon", "Mon"], ["tue", "Tue"], ["wed", "Wed"], ["thu", "Thu"],
  ["fri", "Fri"], ["sat", "Sat"], ["sun", "Sun"], ["total", "All"],
];
const PARTS: ChartQuestion["columns"] = [["count", "Incidents"], ["share", "Per cent of those recorded"]];
const OPEN = /^(sex|gender|age)$/; // attributes that are drawn unasked: others may have thousands of values

function table(view: View, name: string): string {
  return `v1/tables/${pathOf(view.dataset)}/${name}`;
}

/** The parameters of incidents, in another place where one is named. */
function incidents(view: View, place: string): Parameters {
  const parameters = incidentsOf(view);
  if (!place) return parameters;
  return [...parameters.filter(([name]) => name !== "within"), ["within", place]];
}

/** The incidents of all months, each year with its mean; of all records where no place is named. */
export function trendChart(view: View, config: PageConfig, place: string): ChartQuestion {
  const step = stepOf(unitOf(config, view.dataset));
  const parameters = incidents(view, place).filter(([name]) => name !== "from" && name !== "to");
  const isOfAll = !parameters.some(([name, value]) => name === "within" && value);
  if (isOfAll && !publishedOf(config, view.dataset)) parameters.push(["area", "everywhere"]);
  if (step !== "month") parameters.push(["step", step]);
  if (step !== "year") parameters.push(["mean", "year"]);
  return {
    id: "trend",
    title: `${capital(step)} by ${step}`,
    question: { path: table(view, "trend"), parameters },
    columns: [["month", capital(step)], ["count", "Incidents"], ["rate", "Per day"], ["lower", "from"], ["upper", "to"]],
  };
}

function limitsChart(view: View, place: string): ChartQuestion {
  const parameters = incidents(view, place).filter(([name]) => name !== "from" && name !== "to");
  return {
    id: "limits",
    title: "Which months were out of the ordinary",
    question: { path: table(view, "process-control"), parameters },
    columns: [["month", "Month"], ["count", "Incidents"], ["variation", "Variation"]],
  };
}

/** Parts along an axis, beside those of an earlier period where one is compared. */
function partsChart(view: View, place: string, by: string, title: string): ChartQuestion {
  const parameters: Parameters = [["by", by], ...incidents(view, place)];
  if (view.before) parameters.push(["baseline_from", view.before.from], ["baseline_to", view.before.to]);
  return {
    id: by, title, question: { path: table(view, "breakdown"), parameters },
    columns: [["name", title.replace(/^By /, "")], ...PARTS],
  };
}

function attributeChart(view: View, place: string, name: string): ChartQuestion {
  const by = name === "age" || name === "marker" ? name : `attribute:${name}`;
  return { ...partsChart(view, place, by, `By ${name.replaceAll(/[-_]/g, " ")}`), isClosed: !OPEN.test(name) };
}

function weekChart(view: View, place: string): ChartQuestion {
  const parameters: Parameters = [["by", "hour-by-weekday"], ...incidents(view, place)];
  return { id: "week", title: "Hours of the week", question: { path: table(view, "breakdown"), parameters }, columns: WEEK };
}

/** What rates of areas are over: residents, what the dataset names, or what the map shows. */
export function rateOver(view: View, config: PageConfig, dataset: Dataset): string {
  const names = denominatorsOf(config, view.layer);
  const measure = kindOf(view).measures?.of(view) ?? "";
  if (OVER_DENOMINATOR.has(measure) && names.includes(view.denominator)) return view.denominator;
  return names.find((name) => name === dataset.denominator)
    ?? names.find((name) => /^(population|residents)$/.test(name)) ?? "";
}

/** The areas of the map from the highest, by rate where that can be said, with their district. */
export function rankedQuestion(view: View, config: PageConfig, dataset: Dataset): Question | null {
  const layer = layerOf(config, view.layer);
  if (!layer || isGrid(view.layer) || isOfSites(view)) return null;
  const parameters = incidentsOf(view);
  const over = rateOver(view, config, dataset);
  if (over) parameters.push(["by", "rate"], ["denominator", over]);
  const larger = config.layers.find((each) => each.areas < layer.areas);
  const allowed = publishedOf(config, view.dataset)?.layers;
  if (larger && (!allowed || allowed.includes(larger.id))) parameters.push(["larger_layer", larger.id]);
  return { path: table(view, `ranked/${pathOf(view.layer)}`), parameters };
}

function rankedChart(view: View, config: PageConfig, dataset: Dataset): ChartQuestion[] {
  const asked = rankedQuestion(view, config, dataset);
  if (!asked) return [];
  const over = rateOver(view, config, dataset);
  const where: ChartQuestion["columns"] = asked.parameters.some(([name]) => name === "larger_layer")
    ? [["larger_area", "In"]] : [];
  const rate: ChartQuestion["columns"] = over ? [["rate", `Per 1,000 ${over.split(":")[0]} a year`]] : [];
  return [{
    id: "ranked",
    title: over ? "Areas by rate" : "Areas by number",
    question: { path: asked.path, parameters: [...asked.parameters, ["top", 15]] },
    columns: [["rank", "Rank"], ["name", "Area"], ...where, ...rate, ["count", "Incidents"]],
  }];
}

/** The charts of a view, of one place where one is named. */
export function chartsOf(view: View, config: PageConfig, dataset: Dataset, place: string): ChartQuestion[] {
  const published = publishedOf(config, dataset.id);
  const charts = [trendChart(view, config, place)];
  if (published?.by_category !== false && dataset.categories.length > 1 && view.categories.length !== 1) {
    charts.push(partsChart(view, place, "category", "By category"));
  }
  if (!published) {
    if (dataset.known_to === "minute") charts.push(weekChart(view, place));
    if (dataset.known_to === "day") charts.push(partsChart(view, place, "weekday", "By day of the week"));
  }
  const attributes = published ? [] : dataset.attributes.map((name) => attributeChart(view, place, name));
  charts.push(...attributes.filter(({ isClosed }) => !isClosed));
  if (!place) charts.push(...rankedChart(view, config, dataset));
  if (!published) charts.push(limitsChart(view, place));
  return [...charts, ...attributes.filter(({ isClosed }) => isClosed)];
}
