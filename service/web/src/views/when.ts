// When: the hours of the day by the days of the week.

import { incidentsOf, pathOf, type Question } from "../answers/addresses.ts";
import type { Row } from "../answers/types.ts";
import type { View } from "../view/state.ts";
import { NOT_RECORDED, capital, numberWords } from "../words/words.ts";
import { COUNT, NAME } from "./columns.ts";
import type { ViewKind } from "./kind.ts";

function question(view: View): Question {
  const parameters = incidentsOf(view);
  parameters.push(["rows", "hour"], ["columns", "weekday"]);
  return { path: `v1/tables/${pathOf(view.dataset)}/crosstab`, parameters };
}

/** "Saturday, 23:00 to 24:00"; what is not recorded is said. */
function timeWords(row: Row): string {
  const [hour, day] = [String(row.row_name), String(row.column_name)];
  if (row.row === NOT_RECORDED && row.column === NOT_RECORDED) return "Hour and day not recorded";
  if (row.row === NOT_RECORDED) return `${day}, hour not recorded`;
  return row.column === NOT_RECORDED ? `Day not recorded, ${hour}` : `${capital(day)}, ${hour}`;
}

/** Without the hours and days where none of them is recorded: their 0 would not be a count. */
function recorded(rows: Row[]): Row[] {
  const isUnknown = (row: Row): boolean => row.row === NOT_RECORDED || row.column === NOT_RECORDED;
  return rows.some((row) => !isUnknown(row) && row.count !== 0) ? rows : rows.filter(isUnknown);
}

const share = (row: Row): string =>
  typeof row.share_of_table === "number" ? row.share_of_table.toFixed(1) : "–";

export const WHEN: ViewKind = {
  name: "when",
  title: "When",
  tableTitle: "Hours of the week",
  hint: "At which hours, on which days of the week?",
  hasGrids: false,
  isHeat: false,
  measures: null,
  compared: null,
  needsRecords: true,
  fields: () => [],
  rows: () => "times",
  code: (row) => `${String(row.row)}-${String(row.column)}`,
  label: timeWords,
  selection: recorded,
  question,
  columns: () => [
    { ...NAME, key: "row_name", title: "Day and hour", words: timeWords }, COUNT,
    { key: "share_of_table", title: "Of all, %", kind: "number", words: share },
  ],
  colours: () => null,
  sort: () => "-count",
  sentences: (table) => table.sentences,
  tip: () => [],
  facts: (_, row) => [
    ["Incidents", numberWords(row.count)], ["Of all, %", share(row)],
    ["A month", numberWords(row.per_month)],
  ],
};
