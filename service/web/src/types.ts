// What the service answers, as far as the page reads it.

export interface Dataset {
  id: string;
  title: string;
  records: number;
  located: number;
  unlocated: number;
  outside: number | null;
  from: string | null;
  to: string | null;
  categories: string[];
  records_by_category: Record<string, number>;
  version: number;
  synthetic: boolean;
  source: string;
  licence: string;
}

export interface AreaLayer {
  id: string;
  title: string;
  areas: number;
  area_km2: number;
  bounds: Bounds;
  vintage: string;
  source: string;
  licence: string;
  synthetic: boolean;
  measures: { measure: string; periods: string[] }[];
}

export type Bounds = [west: number, south: number, east: number, north: number];

export interface PageConfig {
  title: string;
  software: string;
  background: { kind: "tiles" | "style"; address: string; attribution: string; style?: MapStyle } | null;
  study_area: { label: string; name: string; bounds: Bounds } | null;
  zooms: { min: number; max: number };
  datasets: Dataset[];
  layers: AreaLayer[];
  sites: number | null;
  postcodes: boolean;
  default: { dataset: string; from: string; to: string; layer: string | null } | null;
}

/** A MapLibre style, as far as the page adds to it. */
export interface MapStyle {
  version: 8;
  sources: Record<string, unknown>;
  layers: { id: string; type: string }[];
  glyphs?: string;
  sprite?: unknown;
}

export interface Provenance {
  synthetic: boolean;
  filter: { from?: string | null; to?: string | null; categories?: string[] | null };
  method: Record<string, unknown> & { legend?: LegendInterval[] };
  counts: Record<string, number>;
  located_share: number | null;
  notes: string[];
  software: string;
  suppressed?: number;
}

export interface LegendInterval {
  class: string;
  kind: "zero" | "interval" | "missing";
  lower: number | null;
  upper: number | null;
  areas?: number;
}

export type Cell = string | number | boolean | null;
export type Row = Record<string, Cell>;

export interface Table {
  rows: Row[];
  provenance: Provenance;
}

export interface TileJson {
  tiles: string[];
  minzoom: number;
  maxzoom: number;
  bounds: Bounds;
  attribution: string;
  synthetic: boolean;
  vector_layers?: { id: string }[];
}

export interface HeatSummary {
  sentence: string | null;
}

export interface HeatLegend {
  subtitle: string;
  unit: string;
  classes: { label: string; colour: string; lower: number | null; upper: number | null }[];
}

export interface TrendRow {
  month: string;
  count: number;
  days: number;
  rate: number;
  lower: number;
  upper: number;
}

export interface Place {
  kind: string;
  name: string;
  code: string | null;
  layer: string | null;
  layer_title: string | null;
  inside: string | null;
  bbox: Bounds | null;
  point: [lon: number, lat: number] | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  allowed?: string[];
}

export interface SitesFile {
  type: "FeatureCollection";
  features: {
    type: "Feature";
    geometry: { type: string; coordinates: unknown };
    properties: Row;
  }[];
}
