// Is it more than chance: hot and cold spots, tested.

import { incidentsOf, pathOf, type Question } from "../answers/addresses.ts";
import { HOT_COLD } from "../map/colours.ts";
import type { View } from "../view/state.ts";
import { HOTSPOT_MEASURES, HOT_COLD_SHORT, HOT_COLD_WORDS, OVER_DENOMINATOR, PER_YEAR } from "../words/words.ts";
import { namedColours } from "./classes.ts";
import { COUNT, NAME, numberColumn, shortMeasure, swatchColumn } from "./columns.ts";
import type { ViewKind } from "./kind.ts";

/** What hotspots are tested of: as chosen, there or for areas, else as the service does. */
function measureOf(view: View): string {
  const choice = view.tested || (view.measure === "count" ? "" : view.measure);
  return HOTSPOT_MEASURES.includes(choice) ? choice : view.usualTest;
}

function question(view: View): Question {
  const measure = measureOf(view);
  const parameters = incidentsOf(view);
  parameters.push(["measure", measure]);
  if (OVER_DENOMINATOR.has(measure)) parameters.push(["denominator", view.denominator]);
  if (measure === "rate") parameters.push(["null", "poisson"]);
  parameters.push(["sentences", "true"]);
  if (PER_YEAR.has(measure)) parameters.push(["rate_per", "year"]);
  return { path: `v1/hotspots/${pathOf(view.dataset, view.layer)}`, parameters };
}

export const HOTSPOTS: ViewKind = {
  name: "hotspots",
  title: "Hotspots",
  hint: "Is it more than chance? Getis-Ord Gi*, tested.",
  hasGrids: true,
  isHeat: false,
  measures: { names: HOTSPOT_MEASURES, of: measureOf, choice: (measure) => ({ tested: measure }) },
  compared: "count",
  fields: () => ["layer", "measure", "sites", "compare"],
  rows: () => "areas",
  question,
  columns: (view) => {
    const measure = measureOf(view);
    const value = measure === "count" ? COUNT : numberColumn("value", shortMeasure(measure));
    return [NAME, swatchColumn("class", "Class", HOT_COLD_SHORT), numberColumn("z_score", "z"), value];
  },
  colours: (_, table) => ({
    ...namedColours(table, "class", "Hot and cold spots",
      "Getis-Ord Gi*, false discovery rate controlled", HOT_COLD, HOT_COLD_WORDS),
    raises: (row) => String(row.class).startsWith("hot"),
  }),
  sort: () => "",
  sentences: (table) => table.sentences,
  tip: (_, row) => [HOT_COLD_WORDS[String(row.class)] ?? String(row.class)],
};
