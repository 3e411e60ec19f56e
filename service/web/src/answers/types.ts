// The answers of the service as the page reads them: those of schema.ts, some of them narrowed.

import type {
  Background, ColumnName, HeatmapSummary, Legend, LegendLine, PageContent, PageLayer, PlaceRow, Provenance as Source,
} from "./schema.ts";

export type { Dataset, DatasetAccess, Job, Published, Problem, TileJson, TrendRow } from "./schema.ts";

export type AreaLayer = PageLayer;
export type Bounds = PageLayer["bounds"];

export interface PageConfig extends Omit<PageContent, "background"> {
  background: (Background & { style?: MapStyle }) | null;
}

/** A MapLibre style, as far as the page adds to it. */
export interface MapStyle {
  version: 8;
  sources: Record<string, unknown>;
  layers: { id: string; type: string }[];
  glyphs?: string;
  sprite?: unknown;
}

export interface Provenance extends Omit<Source, "filter" | "method"> {
  filter: { from?: string | null; to?: string | null; categories?: string[] | null };
  method: Record<string, unknown> & { legend?: LegendInterval[] };
  within?: { name: string } | null; // the one place that the answer is about
}

export interface LegendInterval {
  class: string;
  kind: "zero" | "interval" | "missing" | "suppressed";
  lower: number | null;
  upper: number | null;
  areas?: number;
}

export type Cell = string | number | boolean | null;
/** A column of any table; `before` is put in by the page, from the earlier period of a comparison. */
export type Key = ColumnName | "before";
export type Row = Partial<Record<Key, Cell>>;

/** A place with its shape, its number on the map and its code. */
export interface Shape {
  code: string;
  name: string;
  rank: number;
  geometry: { type: string; coordinates: unknown };
}

/** A table as GeoJSON. */
export interface ShapesFile extends Omit<Table, "rows"> {
  features: { geometry: Shape["geometry"] | null; properties: Row }[];
}

export interface Table {
  shapes?: Shape[];
  sentences: string[];
  rows: Row[];
  provenance: Provenance;
}

export type HeatSummary = Pick<HeatmapSummary, "sentences">;
export interface HeatLegend extends Pick<Legend, "subtitle" | "unit"> {
  classes: Pick<LegendLine, "label" | "colour" | "opacity" | "lower" | "upper">[];
}

export interface Place extends Omit<PlaceRow, "bbox" | "point"> {
  bbox: Bounds | null;
  point: [lon: number, lat: number] | null;
}

export interface SitesFile {
  type: "FeatureCollection";
  features: {
    type: "Feature";
    geometry: { type: string; coordinates: unknown };
    properties: Row;
  }[];
}
