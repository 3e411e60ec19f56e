// What a view is: one object of this shape per view, all of them in the registry.

import type { Question } from "../answers/addresses.ts";
import type { Key, Row, Table } from "../answers/types.ts";
import type { Swatch } from "../map/colours.ts";
import type { ChoiceName } from "../view/choices.ts";
import type { View, ViewName } from "../view/state.ts";

/** Choices that some views have and others have not; `{name}-field` in the page. */
export const FIELDS = [
  "layer", "measure", "scheme", "bandwidth", "step", "growth", "distance", "sites", "compare",
] as const;
export type Field = (typeof FIELDS)[number];

export interface Column {
  key: Key;
  title: string;
  kind: "name" | "number" | "text" | "swatch" | "run";
  words: (row: Row) => string;
  /** Whether it is a number and nothing else, which all rows then have to one precision. */
  isPlain?: boolean;
}

/** What the colours of the areas mean. */
export interface AreaColours {
  title: string;
  unit: string;
  swatches: Swatch[];
  of: (row: Row) => string;
  opacity?: number; // on the map; that of areas where there is none
  /** Whether an area is to be seen from far, however small it is. */
  raises?: (row: Row) => boolean;
}

export type Fact = [name: string, words: string];

/** A measure that the reader may choose, and what the choice changes. */
export interface Measures {
  names: readonly string[];
  of: (view: View) => string;
  choice: (measure: string) => Partial<View>;
}

export interface ViewKind {
  readonly name: ViewName;
  /** What its button says, and the question that it answers. */
  readonly title: string;
  readonly hint: string;
  /** What its rows are, above the table, where that is not its title. */
  readonly tableTitle?: string;
  /** Whether grids may stand for areas. */
  readonly hasGrids: boolean;
  /** Whether the densities of a heat map are drawn, instead of colours of areas. */
  readonly isHeat: boolean;
  readonly measures: Measures | null;
  /** What is compared with an earlier period; null where nothing can be. */
  readonly compared: Key | null;
  readonly fields: (view: View) => readonly Field[];
  /** Choices that are its own. */
  readonly choices?: readonly ChoiceName[];
  /** Whether it reads places and times of records, which published counts are not. */
  readonly needsRecords?: boolean;
  /** What the rows of its table are: "shapes" come with their own, "times" have no place. */
  readonly rows: (view: View) => "areas" | "sites" | "shapes" | "times";
  /** What identifies a row that is no area, its number on the map and what it is called. */
  readonly code?: (row: Row) => string;
  readonly rank?: (row: Row) => number;
  readonly label?: (row: Row) => string;
  /** Those of its rows that say something; all of them where there is no such choice. */
  readonly selection?: (rows: Row[]) => Row[];
  /** Where its table is; files and pictures of it are the same question with other endings. */
  readonly question: (view: View) => Question;
  /** A question whose sentences follow those of the table. */
  readonly addition?: (view: View) => Question;
  /** The question of its printed map, where that is not the one of the table; null where none is drawn. */
  readonly picture?: ((view: View) => Question) | null;
  /** Whether it has no tiles, and so no project for QGIS: its shapes are a file. */
  readonly hasNoTiles?: boolean;
  /** The columns of the ranked table, most telling first. */
  readonly columns: (view: View, table: Table) => Column[];
  /** The legend of a table and the colour of each of its rows; null where areas have none. */
  readonly colours: (view: View, table: Table) => AreaColours | null;
  /** Areas with a line around them, and what it says. */
  readonly emphasis?: (view: View) => { is: (row: Row) => boolean; words: string } | null;
  /** The order of the table where the reader chose none; empty: as answered. */
  readonly sort: (view: View) => string;
  /** What the page says of the table, of the sentences that the service made. */
  readonly sentences: (table: Table) => readonly string[];
  /** What is said first about the area at the pointer. */
  readonly tip: (view: View, row: Row) => string[];
  /** The numbers of a row with their names, where they are its own. */
  readonly facts?: (view: View, row: Row) => Fact[];
}
