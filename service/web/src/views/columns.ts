// Columns that several views have.

import type { Key, Row } from "../answers/types.ts";
import { capital, cellWords } from "../words/words.ts";
import type { Column } from "./kind.ts";

/** What identifies a row: the code of an area, or the id of a site. */
export function codeOf(row: Row): string {
  return String(row.code ?? row.site_id ?? row.area_code ?? row.name);
}

export const numberColumn = (key: Key, title: string): Column => ({
  key, title, kind: "number", isPlain: true, words: (row) => cellWords(row, row[key]),
});

export const swatchColumn = (key: Key, title: string, words: Record<string, string> = {}): Column => ({
  key, title, kind: "swatch", words: (row) => words[String(row[key])] ?? capital(String(row[key])),
});

export const NAME: Column = {
  key: "name", title: "Area", kind: "name", words: (row) => String(row.name ?? row.code ?? ""),
};

export const COUNT: Column = numberColumn("count", "Incidents");

/** What the values of a measure are called where there is little room. */
export function shortMeasure(measure: string): string {
  return ({
    count: "Incidents", rate: "Per 1,000 a year", density: "Per km² a year", share: "Share, %",
    smoothed: "Smoothed", "smoothed-local": "Smoothed", ratio: "Obs./exp.",
  })[measure] ?? "Value";
}
