// The table of a view, whichever form the service gives it in, and the sentences that go with it.

import { addressOf, incidentsOf, pathOf, type Question } from "../answers/addresses.ts";
import { Refused, ask } from "../answers/api.ts";
import type { HeatSummary, Row, Shape, ShapesFile, Table } from "../answers/types.ts";
import { pairWarning } from "../view/comparing.ts";
import { shapeOf } from "../view/shape.ts";
import type { View } from "../view/state.ts";
import { heatAddress } from "./heatmap.ts";
import type { ViewKind } from "./kind.ts";
import { kindOf, tableAddress } from "./registry.ts";

/** The table of a view: shapes come with it, in one answer. */
export async function answerOf(view: View, signal?: AbortSignal): Promise<Table> {
  const kind = kindOf(view);
  if (kind.rows(view) !== "shapes") {
    const table = await ask<Table>(tableAddress(view), signal).catch((error: unknown) => tableWithout(view, error));
    const rows = kind.selection?.(table.rows) ?? table.rows;
    return kind.code ? { ...table, rows: rows.map((row) => coded(kind, row)) } : table;
  }
  const { features, sentences, provenance } = await ask<ShapesFile>(tableAddress(view, "geojson"), signal);
  const rows = features.map(({ properties }) => coded(kind, properties));
  const shapes = rows.flatMap((row, k): Shape[] => {
    const geometry = features[k]?.geometry;
    return geometry
      ? [{ code: String(row.code), name: String(row.name ?? ""), rank: kind.rank?.(row) ?? k + 1, geometry }] : [];
  });
  return { rows, sentences, provenance, shapes };
}

/** The table of a drawn area that no area has its middle in: without rows, and it says so. */
function tableWithout(view: View, error: unknown): Table {
  if (!(error instanceof Refused) || error.code !== "invalid-within" || !shapeOf(view.within)) throw error;
  return {
    rows: [],
    sentences: ["No area has its middle in the drawn one: choose smaller areas, or draw a larger one. Its own numbers stand beside the map."],
    provenance: {
      dataset: null, software: "", synthetic: false, filter: {}, method: {}, counts: {}, notes: [], within: null,
    } as unknown as Table["provenance"],
  };
}

function coded(kind: ViewKind, row: Row): Row {
  return { ...row, ...(kind.code ? { code: kind.code(row) } : {}) };
}

/** How all incidents changed, beside a comparison that does not say so itself. */
function comparisonOf({ before, ...view }: View, hasCategories: boolean): Question | null {
  if (!before || view.view === "change" || (before.from <= view.to && view.from <= before.to)) return null;
  return {
    path: `v1/tables/${pathOf(view.dataset)}/comparison`,
    parameters: [
      ...incidentsOf({ ...view, before }), ["by", hasCategories ? "category" : `layer:${view.layer}`],
      ["baseline_from", before.from], ["baseline_to", before.to],
    ],
  };
}

/** What a comparison is to be read with. */
export function warningsOf(view: View): string[] {
  const warning = view.before ? pairWarning(view, view.before) : "";
  return warning ? [warning] : [];
}

/** All sentences of a view, with those that take longer than its table; null where there are no others. */
export async function sentencesOf(
  view: View, table: Table, hasCategories: boolean, signal: AbortSignal,
): Promise<readonly string[] | null> {
  const kind = kindOf(view);
  const comparison = comparisonOf(view, hasCategories);
  const addresses = [
    kind.isHeat ? heatAddress(view, "summary.json") : "",
    kind.addition ? addressOf(kind.addition(view)) : "",
    comparison ? addressOf(comparison) : "",
  ];
  if (addresses.every((address) => address === "")) return null;
  const [heat, addition, change] = await Promise.all(addresses.map(async (address) =>
    address ? ask<HeatSummary>(address, signal) : null));
  // The table counts the incidents of one place, the summary of a heat map all that are selected.
  const first = view.within ? kind.sentences(table) : (heat?.sentences.slice(0, 1) ?? []);
  const own = heat ? [...first, ...heat.sentences.slice(1)] : kind.sentences(table);
  const selection = table.sentences[0];
  const others = (addition?.sentences ?? []).filter((sentence) => sentence !== selection);
  // The sentences of a comparison begin with how many incidents there were in all.
  return [...own, ...others, ...(change?.sentences.slice(1, 2) ?? []), ...warningsOf(view)];
}
