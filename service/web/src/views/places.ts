// Views of places and not of areas: clusters, places for patrols, near repeats.

import { incidentsOf, pathOf, type Question } from "../answers/addresses.ts";
import type { Row, Table } from "../answers/types.ts";
import { CLUSTERS as CLUSTER_COLOURS, HOT_COLD, MISSING } from "../map/colours.ts";
import type { View } from "../view/state.ts";
import { counted, numberWords, probabilityWords, textOf } from "../words/words.ts";
import { namedColours, solid } from "./classes.ts";
import { COUNT, NAME, numberColumn, swatchColumn } from "./columns.ts";
import type { Column, Fact, ViewKind } from "./kind.ts";

const strong = (): string => HOT_COLD["hot 99"] ?? MISSING;
const NEAREST: Column = {
  ...NAME, title: "Near", words: (row) => [row.name, row.place].filter(Boolean).join(", ") || "No street near",
};
const perCent = (value: unknown, times = 1): string =>
  typeof value === "number" ? `${(value * times).toFixed(1)} %` : "–";

/** What the three have in common. */
const OF_PLACES = {
  hasGrids: false, isHeat: false, measures: null, compared: null, needsRecords: true,
  rows: () => "shapes" as const,
  label: (row: Row) => NEAREST.words(row),
  sort: () => "",
} as const satisfies Partial<ViewKind>;

function asked(view: View, path: string, own: Question["parameters"]): Question {
  return { path: `v1/${path.replace("{dataset}", pathOf(view.dataset))}`, parameters: [...incidentsOf(view), ...own] };
}

/** Facts of what a row has: name, key and how it is written. */
function listed(lines: readonly (readonly [name: string, value: unknown, words?: (v: unknown) => string])[]): Fact[] {
  return lines.flatMap(([name, value, words = numberWords]): Fact[] =>
    value === null || value === undefined || value === "" ? [] : [[name, words(value)]]);
}

/** What clusters are compared with. */
function nullWords(table: Table): string {
  const test = table.provenance.method["significance"] as { null?: string } | null;
  if (!test?.null) return "not tested against chance";
  return test.null === "residents" ? "against the same risk for every resident" : "against incidents that fall evenly";
}

export const CLUSTERS: ViewKind = {
  ...OF_PLACES,
  name: "clusters",
  title: "Clusters",
  hint: "Where exactly do incidents lie together, and is that more than chance?",
  choices: ["cluster_m", "cluster_least"],
  fields: () => ["sites"],
  code: (row) => `cluster-${String(row.cluster)}`,
  rank: (row) => Number(row.cluster),
  question: (view) => asked(view, "clusters/{dataset}", [
    ["distance_m", view.choices.cluster_m], ["minimum", view.choices.cluster_least],
  ]),
  columns: () => [
    NEAREST, COUNT, numberColumn("expected", "By chance"),
    { ...swatchColumn("class", "Verdict"), words: (row) => (row.class === "more than chance" ? "More" : "Chance") },
  ],
  colours: (_, table) => solid(namedColours(table, "class", "Clusters", nullWords(table), CLUSTER_COLOURS, {})),
  sentences: (table) => table.sentences,
  tip: (_, row) => [String(row.class ?? "")],
  facts: (_, row) => listed([
    ["Lies in", row.place, textOf], ["Incidents", row.count], ["By chance", row.expected],
    ["Share of all", row.share, (value) => perCent(value, 100)],
    ["More than chance", row.class, (value) => (value === "more than chance" ? "yes" : "no")],
    ["p over all clusters", row.p_value, probabilityWords], ["Months with an incident", row.months],
    ["Distinct places", row.places], ["Area, km²", row.area_km2], ["Incidents per km²", row.density_per_km2],
  ]),
};

export const PATROLS: ViewKind = {
  ...OF_PLACES,
  name: "patrols",
  title: "Patrols",
  tableTitle: "Places for patrols",
  hasNoTiles: true,
  hint: "Which few places hold the most incidents, and do they stay hot?",
  choices: ["patrol_m", "patrol_places"],
  fields: () => ["sites"],
  code: (row) => String(row.code),
  rank: (row) => Number(row.rank),
  question: (view) => asked(view, "patrols/{dataset}", [
    ["size_m", view.choices.patrol_m], ["top", view.choices.patrol_places],
  ]),
  columns: () => [
    NEAREST, COUNT,
    { key: "cumulative_share", title: "So far, %", kind: "number", words: (row) => perCent(row.cumulative_share).replace(" %", "") },
    { key: "hot_quarters", title: "Hot quarters", kind: "number", words: quarterWords },
  ],
  colours: (view, table) => solid({
    title: "Places for patrols", unit: `hexagons of ${view.choices.patrol_m} m, by rank`,
    swatches: [{ label: "The first places of the list", colour: strong(), count: table.rows.length, lower: null, upper: null }],
    of: strong,
  }),
  sentences: (table) => table.sentences,
  tip: (_, row) => [`Place ${String(row.rank)}`],
  facts: (_, row) => listed([
    ["Rank", row.rank], ["Ranks that chance leaves open", row.rank_best, (value) => `${String(value)} to ${String(row.rank_worst)}`],
    ["Incidents", row.count], ["Share of all", row.share, (value) => perCent(value)],
    ["Share with all before it", row.cumulative_share, (value) => perCent(value)],
    ["On so much of the ground", row.cumulative_share_of_ground, (value) => `${numberWords(value)} %`],
    ["Incidents a year", row.per_year], ["Quarters hot", row.hot_quarters, () => quarterWords(row)],
    ["Last hot", row.last_hot, textOf],
  ]),
};

function quarterWords(row: Row): string {
  return typeof row.hot_quarters === "number" ? `${row.hot_quarters} of ${String(row.quarters)}` : "–";
}

export const REPEATS: ViewKind = {
  ...OF_PLACES,
  name: "repeats",
  title: "Repeats",
  tableTitle: "Near-repeat zones",
  hint: "After an incident, where are more to be expected nearby in the next days?",
  choices: ["repeat_m", "repeat_days"],
  fields: () => ["sites"],
  code: (row) => `zone-${String(row.rank)}`,
  rank: (row) => Number(row.rank),
  question: (view) => {
    const days = Number(view.choices.repeat_days);
    return asked(view, "patterns/{dataset}/repeat-zones", [
      ["distance_m", view.choices.repeat_m], ["band_days", days / 2], ["band_days", days],
    ]);
  },
  picture: null,
  hasNoTiles: true,
  addition: (view) => asked(view, "patterns/{dataset}/near-repeats", [
    ["distance_m", view.choices.repeat_m], ["days", view.choices.repeat_days],
  ]),
  columns: () => [
    NEAREST, numberColumn("incidents", "Recent"), numberColumn("ratio", "Times chance"),
    { key: "expires", title: "Until", kind: "text", words: (row) => textOf(row.expires) },
  ],
  colours: (view, table) => solid({
    title: "Zones at risk", unit: `within ${view.choices.repeat_m} m of a recent incident`,
    swatches: [{ label: "More to be expected", colour: strong(), count: table.rows.length, lower: null, upper: null }],
    of: strong,
  }),
  sentences: (table) => table.sentences,
  tip: (_, row) => [`${counted(row.incidents, "recent incident")}, until ${textOf(row.expires)}`],
  facts: (_, row) => listed([
    ["Recent incidents", row.incidents], ["Latest", row.last_day, textOf], ["Days since", row.days_since],
    ["Times as many as by chance", row.ratio], ["p", row.p_value, probabilityWords],
    ["A zone until", row.expires, textOf], ["Radius, m", row.radius_m],
  ]),
};
