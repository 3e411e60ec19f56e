// What planned housing will meet: sites, forecasts and priorities.

import { incidentsOf, pathOf, type Question } from "../answers/addresses.ts";
import type { Row, Table } from "../answers/types.ts";
import { COMPLETION, PRIORITIES } from "../map/colours.ts";
import type { GrowthKind, View } from "../view/state.ts";
import { COMPLETION_WORDS, SUPPRESSED_WORD, isSuppressed, numberWords, textOf } from "../words/words.ts";
import { namedColours, solid, valueColours } from "./classes.ts";
import { COUNT, NAME, numberColumn, swatchColumn } from "./columns.ts";
import type { AreaColours, Column, ViewKind } from "./kind.ts";

const SORT: Record<GrowthKind, string> = { sites: "-homes_remaining", forecast: "-expected", priorities: "" };

function question(view: View): Question {
  const base = `v1/growth/${pathOf(view.dataset)}`;
  const parameters = incidentsOf(view);
  const path = { sites: "overlay", forecast: "forecast", priorities: "priorities" }[view.growth];
  if (view.growth === "sites") parameters.push(["distance_m", view.distance]);
  if (view.growth === "forecast") parameters.push(["by", "area"]);
  return { path: `${base}/${path}`, parameters: [...parameters, ["layer", view.layer]] };
}

function columns(view: View, table: Table): Column[] {
  if (view.growth === "sites") {
    return [
      { ...NAME, title: "Site" },
      numberColumn("homes_remaining", "Homes to come"),
      numberColumn("incidents_within", `Incidents within ${numberWords(view.distance)} m`),
    ];
  }
  if (view.growth === "priorities") return [NAME, swatchColumn("priority", "Priority"), COUNT];
  const confidence = Math.round(100 * Number(table.provenance.method["confidence"] ?? 0.9));
  return [
    NAME,
    numberColumn("expected", `Incidents in ${yearOf(table)}`),
    {
      key: "upper", title: `${confidence} % interval`, kind: "number",
      words: (row) => isSuppressed(row) ? SUPPRESSED_WORD : `${numberWords(row.lower)}–${numberWords(row.upper)}`,
    },
    numberColumn("homes_added", "Homes added"),
  ];
}

function colours(view: View, table: Table): AreaColours | null {
  if (view.growth === "priorities") {
    return {
      ...namedColours(table, "priority", "Priorities", "by stated rules, the first that applies", PRIORITIES, {}),
      raises: (row) => row.priority === "emerging",
    };
  }
  if (view.growth === "sites") {
    return solid(namedColours(table, "completion_class", "Development sites",
      "coloured by how far they are built", COMPLETION, COMPLETION_WORDS, completion));
  }
  const over = textOf(table.provenance.method["denominator"], "the denominator");
  const unit = `incidents a year per 1,000 of ${over}, with the homes planned`;
  return valueColours(table, `Expected rate, ${yearOf(table)}`, unit);
}

function yearOf(table: Table): string {
  return String(table.rows[0]?.year ?? "");
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

export const GROWTH: ViewKind = {
  name: "growth",
  title: "Growth",
  hint: "What will planned housing meet?",
  hasGrids: false,
  isHeat: false,
  measures: null,
  compared: null,
  fields: (view) => ["layer", "growth", ...(view.growth === "sites" ? ["distance" as const] : [])],
  rows: (view) => (view.growth === "sites" ? "sites" : "areas"),
  question,
  columns,
  colours,
  sort: (view) => SORT[view.growth],
  sentences: (table) => table.sentences,
  tip: () => [],
};
