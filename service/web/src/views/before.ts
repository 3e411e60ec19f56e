// Rows beside rows: of an earlier period, of the last year of a forecast, of sites.

import type { AreaNames } from "../answers/areas.ts";
import { ask } from "../answers/api.ts";
import type { Cell, HeatLegend, Key, Row, SitesFile, Table, TileJson } from "../answers/types.ts";
import { NOTHING } from "../map/colours.ts";
import type { View } from "../view/state.ts";
import { periodShort } from "../words/months.ts";
import { SUPPRESSED_WORD, isSuppressed, numberWords, textOf } from "../words/words.ts";
import { codeOf } from "./columns.ts";
import { completion } from "./growth.ts";
import { breaksOf, heatAddress } from "./heatmap.ts";
import type { Column } from "./kind.ts";
import { kindOf, tableAddress } from "./registry.ts";

export interface Before {
  view: View;
  table: Table;
  heat: TileJson | null;
}

/** Sites with how far each is built. */
export function withCompletion(sites: SitesFile): SitesFile {
  const features = sites.features.map((each) => ({
    ...each, properties: { ...each.properties, completion_class: completion(each.properties) },
  }));
  return { ...sites, features };
}

/** A table whose areas have the larger area beside their names; sites have theirs already. */
export function withNames(table: Table, names: AreaNames | undefined): Table {
  if (!names) return table;
  const rows = table.rows.map((row) => {
    const label = typeof row.code === "string" ? names.get(row.code)?.label : undefined;
    return label === undefined ? row : { ...row, name: label };
  });
  return { ...table, rows };
}

/** Of a forecast with a row per area and year, those of the last year. */
export function ofLastYear(table: Table): Table {
  const last = Math.max(...table.rows.map((row) => Number(row.year ?? Number.NaN)).filter(Number.isFinite));
  if (!Number.isFinite(last)) return table;
  return { ...table, rows: table.rows.filter((row) => row.year === last) };
}

/** A table with a column of the earlier period. */
export function withBefore(view: View, table: Table, before: Before): Table {
  const key: Key = kindOf(view).compared ?? "count";
  const valueOf = (row: Row): Cell => row[key] ?? (isSuppressed(row) ? SUPPRESSED_WORD : null);
  const values = new Map(before.table.rows.map((row) => [codeOf(row), valueOf(row)]));
  return { ...table, rows: table.rows.map((row) => ({ ...row, before: values.get(codeOf(row)) ?? null })) };
}

/** The column of the earlier period. */
export function beforeColumn(view: View): Column {
  const title = view.before ? periodShort(view.before.from, view.before.to) : "";
  return { key: "before", title, kind: "number", isPlain: true, words: (row) => textOf(row.before, numberWords(row.before)) };
}

/** The answers of the earlier period of a comparison; null where there is none.

    A heat map waits for the classes of the present period, if it may have them: equal colours are
    equal densities. */
export async function answerBefore(
  view: View, now: Promise<HeatLegend> | null, signal: AbortSignal,
): Promise<Before | null> {
  if (!view.before) return null;
  if (view.view === "change") return null; // one answer about both
  const earlier = { ...view, ...view.before, before: { from: view.from, to: view.to } };
  const inClassesOfNow = async (): Promise<TileJson> =>
    ask<TileJson>(heatAddress(earlier, "tilejson.json", breaksOf(await now)), signal);
  const [table, heat] = await Promise.all([
    ask<Table>(tableAddress(earlier), signal),
    kindOf(view).isHeat ? inClassesOfNow() : null,
  ]);
  return { view: earlier, table, heat };
}

/** The colours of the earlier period: its classes are those of both. */
export function coloursOfBefore(before: Before): Map<string, string> {
  const colours = kindOf(before.view).colours(before.view, before.table);
  return new Map(before.table.rows.map((row) => [codeOf(row), colours?.of(row) ?? NOTHING]));
}
