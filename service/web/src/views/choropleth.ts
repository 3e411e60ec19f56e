// How many, and per how many: one value per area.

import { incidentsOf, pathOf, type Question } from "../answers/addresses.ts";
import { measureOf, type View } from "../view/state.ts";
import { MEASURES, MEASURE_WORDS, OVER_DENOMINATOR, PER_YEAR, SCHEME_WORDS, numberWords, textOf } from "../words/words.ts";
import { valueColours } from "./classes.ts";
import { COUNT, NAME, numberColumn, shortMeasure } from "./columns.ts";
import type { ViewKind } from "./kind.ts";

function pairOfPeriods({ from, to, before }: View): string[] {
  return before ? [`${from}/${to}`, `${before.from}/${before.to}`].sort() : [];
}

function question(view: View): Question {
  const measure = measureOf(view);
  const parameters = incidentsOf(view);
  parameters.push(["measure", measure]);
  if (OVER_DENOMINATOR.has(measure)) parameters.push(["denominator", view.denominator]);
  if (PER_YEAR.has(measure)) parameters.push(["rate_per", "year"]);
  parameters.push(["scheme", view.scheme]);
  // Equal colours are equal values in all that is compared or played.
  for (const period of new Set([...pairOfPeriods(view), ...view.pool])) parameters.push(["pooled", period]);
  return { path: `v1/choropleths/${pathOf(view.dataset, view.layer)}`, parameters };
}

export const CHOROPLETH: ViewKind = {
  name: "choropleth",
  title: "Areas",
  hint: "How many, and per how many? One value per area.",
  hasGrids: true,
  isHeat: false,
  measures: { names: MEASURES, of: measureOf, choice: (measure) => ({ measure }) },
  compared: "value",
  fields: () => ["layer", "measure", "scheme", "sites", "compare"],
  rows: () => "areas",
  question,
  columns: (view) => {
    const measure = measureOf(view);
    return measure === "count" ? [NAME, COUNT] : [NAME, numberColumn("value", shortMeasure(measure)), COUNT];
  },
  colours: (view, table) => {
    const measure = measureOf(view);
    const over = OVER_DENOMINATOR.has(measure) ? ` ${view.denominator.split(":")[0]}` : "";
    const name = textOf(table.provenance.method["scheme"]);
    const scheme = SCHEME_WORDS[name] ?? name.replaceAll("-", " ");
    return valueColours(table, (MEASURE_WORDS[measure] ?? measure) + over, scheme);
  },
  sort: () => "",
  sentences: (table) => table.sentences,
  tip: (view, row) => {
    const measure = measureOf(view);
    if (measure === "count") return [];
    const interval = typeof row.lower === "number"
      ? ` (${numberWords(row.lower)} to ${numberWords(row.upper)})` : "";
    return [`${MEASURE_WORDS[measure] ?? ""}: ${numberWords(row.value)}${interval}`];
  },
};
