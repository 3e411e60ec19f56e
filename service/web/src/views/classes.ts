// Colours of rows by the class that the service gave them.

import type { Cell, Key, Row, Table } from "../answers/types.ts";
import { MISSING, NOTHING, SUPPRESSED, intervalSwatches, type Swatch } from "../map/colours.ts";
import { SUPPRESSED_WORD, capital, isSuppressed } from "../words/words.ts";
import type { AreaColours } from "./kind.ts";

/** Classes of values, from the legend of the answer; null where it has none. */
export function valueColours(table: Table, title: string, unit: string): AreaColours | null {
  const legend = table.provenance.method.legend;
  if (!legend) return null;
  const swatches = withSuppressed(intervalSwatches(legend), table);
  const colours = new Map(swatches.map((each) => [each.label, each.colour]));
  const of = (row: Row): string =>
    colours.get(String(row.class)) ?? (isSuppressed(row) ? SUPPRESSED : MISSING);
  return { title, unit, swatches, of };
}

/** Where a row is suppressed, the classes with one for it, and with the rows that they show. */
function withSuppressed(swatches: Swatch[], table: Table): Swatch[] {
  if (!table.rows.some(isSuppressed)) return swatches;
  const countOf = (label: string): number => table.rows.filter((row) => row.class === label).length;
  const hidden = { label: SUPPRESSED_WORD, colour: SUPPRESSED, lower: null, upper: null };
  const shown = swatches.filter((each) => each.label !== SUPPRESSED_WORD);
  return [...shown, { ...hidden, count: 0 }].map((each) => ({ ...each, count: countOf(each.label) }));
}

/** Classes with names, each with so many rows. */
export function namedColours(
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

/** The colours of what covers the ground whole: circles of places and sites. */
export function solid(colours: AreaColours): AreaColours {
  return { ...colours, opacity: 1, swatches: colours.swatches.map((each) => ({ ...each, opacity: 1 })) };
}
