// Is it new, steady or over: hotspots step by step.

import { incidentsOf, pathOf } from "../answers/addresses.ts";
import { EMERGING as COLOURS } from "../map/colours.ts";
import { EMERGING_SHORT, capital, textOf } from "../words/words.ts";
import { namedColours } from "./classes.ts";
import { NAME, swatchColumn } from "./columns.ts";
import type { ViewKind } from "./kind.ts";

export const EMERGING: ViewKind = {
  name: "emerging",
  title: "Emerging",
  hint: "Is it new, steady or over? Hotspots step by step.",
  hasGrids: true,
  isHeat: false,
  measures: null,
  compared: "count",
  fields: () => ["layer", "step", "sites", "compare"],
  rows: () => "areas",
  question: (view) => ({
    path: `v1/hotspots/${pathOf(view.dataset, view.layer)}/emerging`,
    parameters: [...incidentsOf(view), ["step", view.step]],
  }),
  columns: () => [
    NAME,
    {
      ...swatchColumn("category", "Category"),
      words: (row) => EMERGING_SHORT[String(row.category)] ?? capital(String(row.category).replace(/ spot$/, "")),
    },
    { key: "run", title: "Steps", kind: "run", words: (row) => textOf(row.run) },
  ],
  colours: (view, table) => ({
    ...namedColours(table, "category", "Emerging hot spots", `by ${view.step}`, COLOURS, {}),
    raises: (row) => /^(intensifying|persistent|consecutive|new) hot/.test(String(row.category)),
  }),
  sort: () => "",
  sentences: (table) => table.sentences,
  tip: (_, row) => [capital(String(row.category))],
};
