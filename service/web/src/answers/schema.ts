// What the service answers, made of its row models and documents by `make generate`: not edited.

export interface Dataset {
  id: string;
  title: string;
  records: number;
  located: number;
  unlocated: number;
  outside: number | null;
  from: string | null;
  to: string | null;
  covered: { from: string; to: string }[];
  covered_by: "stated" | "files" | "records";
  covered_sources: Record<string, { from: string; to: string }[]>;
  categories: string[];
  records_by_category: Record<string, number>;
  attributes: string[];
  known_to: "minute" | "day" | "month" | null;
  version: number;
  synthetic: boolean;
  source: string;
  licence: string;
  denominator?: string;
}

/** A measure of a layer's areas and the periods that it is known for. */
export interface LayerMeasure {
  measure: string;
  periods: string[];
}

/** A boundary layer. */
export interface Layer {
  id: string;
  title: string;
  areas: number;
  area_km2: number;
  bounds_m: number[];
  crs: string;
  vintage: string;
  source: string;
  licence: string;
  version: string;
  synthetic: boolean;
  measures: LayerMeasure[];
}

/** A boundary layer with its west, south, east and north ends, in degrees. */
export interface PageLayer {
  id: string;
  title: string;
  areas: number;
  area_km2: number;
  bounds_m: number[];
  crs: string;
  vintage: string;
  source: string;
  licence: string;
  version: string;
  synthetic: boolean;
  measures: LayerMeasure[];
  bounds: [number, number, number, number];
}

/** The map behind the layers; `dark` is the address of its style for the dark theme. */
export interface Background {
  kind: "tiles" | "style";
  address: string;
  attribution: string;
  dark?: string;
}

/** The study area with its west, south, east and north ends, in degrees. */
export interface StudyArea {
  label: string;
  name: string;
  bounds: [number, number, number, number];
}

export interface FirstView {
  dataset: string;
  from: string;
  to: string;
  layer: string | null;
}

/** The finest numbers of a dataset that whoever asks may be shown, and what they may ask. */
export interface Published {
  layers: string[];
  period: "month" | "quarter" | "year";
  by_category: boolean;
  minimum_bandwidth_m: number;
  maximum_zoom: number;
}

/**
 * In which form whoever asks sees a protected dataset, and under which agreement. Without published
 * cells they see answers from its records.
 */
export interface DatasetAccess {
  policy: string;
  policy_title: string;
  published: Published | null;
  purpose: string;
  marking: string;
  review: string | null;
}

/** What the page begins with. */
export interface PageContent {
  title: string;
  software: string;
  crs: string;
  postcodes: boolean;
  datasets: Dataset[];
  layers: PageLayer[];
  damaged: { part: string; name: string; reason: string; served: boolean }[];
  background: Background | null;
  study_area: StudyArea | null;
  /** The zooms of tiles. */
  zooms: { min: number; max: number };
  sites: number | null;
  choices: Record<string, unknown>;
  default: FirstView | null;
  access: Record<string, DatasetAccess>;
}

/** The method of an answer; beside its name all its parameters. */
export interface ProvenanceMethod {
  name: string;
}

/**
 * What the answer was computed from: the same provenance gives the same bytes. Besides these, one
 * member for each source: dataset, layer, denominator, sites.
 */
export interface Provenance {
  synthetic: boolean;
  located_share?: number | null;
  software: string;
  units?: Record<string, string>;
  rows_sha256?: string;
  filter: Record<string, unknown>;
  method: ProvenanceMethod;
  counts: Record<string, number | null>;
  notes: string[];
}

/** A layer in vector tiles, with the type of each attribute. */
export interface VectorLayer {
  id: string;
  fields: Record<string, string>;
  minzoom: number;
  maxzoom: number;
}

/** TileJSON 3.0: where tiles are, and what they show. */
export interface TileJson {
  vector_layers?: VectorLayer[];
  tilejson: string;
  name: string;
  description: string;
  attribution: string;
  version: string;
  scheme: string;
  minzoom: number;
  maxzoom: number;
  synthetic: boolean;
  tiles: string[];
  bounds: [number, number, number, number];
  center: number[];
}

/** A class of a legend. */
export interface LegendLine {
  label: string;
  colour: string;
  lower: number | null;
  upper: number | null;
  count: number | null;
  kind: string;
  opacity: number;
}

/** A size that circles have. */
export interface LegendSize {
  value: number;
  radius_px: number;
}

/** What the colours of a layer mean. */
export interface Legend {
  kind: string;
  title: string;
  subtitle: string;
  unit: string;
  drawn_as: string;
  attribute: string | null;
  attribution: string;
  synthetic: boolean;
  classes: LegendLine[];
  no_data: LegendLine | null;
  size_by: string | null;
  sizes: LegendSize[];
  period: { from: string; to: string } | null;
  mark: string | null;
}

export interface HeatmapSummary {
  dataset: string;
  unit: string;
  maximum: number;
  bandwidth_m: number;
  bandwidth_rule: string;
  bandwidth_computed_from: string | null;
  kernel: string;
  from: string;
  to: string;
  records: number;
  located: number;
  unlocated: number;
  mass_in_study_area: number;
  sentence: string;
  sentences: string[];
  study_area: string;
  crs: string;
  version: string;
  synthetic: boolean;
  breaks: number[];
  bounds_m: [number, number, number, number];
  bounds_lonlat_deg: [number, number, number, number];
  inset: Record<string, unknown> | null;
}

/** RFC 9457. `allowed` or `errors` name what would have been allowed. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  request_id?: string;
  allowed?: string[];
  errors?: Record<string, unknown>[];
}

/** A long answer: how far it is, and where its result will be. */
export interface Job {
  id: string;
  status: string;
  progress: number;
  estimate_s: number;
  started: string;
  expires: string | null;
  address: string;
  result?: string;
  problem?: Record<string, unknown>;
}

/** An area; its name and code come first in all rows of areas. */
export interface AreaRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
}

/** An area and its value, highest value first. */
export interface ChoroplethRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Incidents in the area. Unit: incidents. */
  count: number | null;
  /**
   * What rates are over, such as residents; null where the measure has none or the area's is not
   * known.
   */
  denominator: number | null;
  /**
   * What `measure` asks for, in the unit that the method states; null where it cannot be computed.
   * Unit: as the method states.
   */
  value: number | null;
  /** Lower end of the value's 95 % interval. Unit: as the method states. */
  lower: number | null;
  /** Upper end of the value's 95 % interval. Unit: as the method states. */
  upper: number | null;
  /** Class of the value, as the legend labels it. */
  class: string | null;
  /**
   * Number of incidents of equal weight whose sum would be as uncertain. Unit: incidents. Only with
   * measure=weighted or measure=harm.
   */
  effective_number?: number | null;
  /**
   * Share of the largest single weight in the sum, 0 to 1; null where the sum is 0. Only with
   * measure=weighted or measure=harm.
   */
  largest_share?: number | null;
  /**
   * Incidents in the area that the harm index does not have; they are in no other column. Unit:
   * incidents. Only with measure=harm.
   */
  harm_not_known?: number | null;
  /**
   * Whether the denominator is an estimate, carried across from another layer. Only with a
   * denominator carried across from another layer.
   */
  denominator_estimated?: boolean;
  /**
   * Where the area lies in the funnel about the overall rate: within 95 %, or above or below 95 or
   * 99.8 %. Only with measure=rate or measure=ratio.
   */
  funnel?: string | null;
  /** 1 for the highest value; equal values share a rank. Only with ranks=true. */
  rank?: number | null;
  /**
   * The best rank that pairwise tests cannot exclude: with 95 % confidence all areas' ranks lie
   * within their limits. Only with ranks=true.
   */
  rank_best?: number | null;
  /** The worst rank that pairwise tests cannot exclude. Only with ranks=true. */
  rank_worst?: number | null;
  /**
   * Incidents in the area in the overlaid period. Unit: incidents. Only with overlay_from and
   * overlay_to.
   */
  overlay_count?: number | null;
  /** Longitude of the area's centroid. Unit: degrees. Only with overlay_from and overlay_to. */
  centroid_lon_deg?: number;
  /** Latitude of the area's centroid. Unit: degrees. Only with overlay_from and overlay_to. */
  centroid_lat_deg?: number;
}

/**
 * An area and what a local statistic says of it, highest z score first. An area whose value is
 * missing (a rate without a denominator) keeps its row and is not tested; nor is it anybody's
 * neighbour.
 */
export interface HotspotRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Incidents in the area. Unit: incidents. */
  count: number | null;
  /**
   * What is tested, in the unit that the method states; null where it is missing. Unit: as the
   * method states.
   */
  value: number | null;
  /** Standard score of the statistic; null where not tested. */
  z_score: number | null;
  /** p by the normal approximation. */
  p_value: number | null;
  /** p by draws from the null; null with permutations=0. */
  p_permutation: number | null;
  /** p corrected for testing every area; decides the class. */
  q_value: number | null;
  /** Hot or cold at 90, 95 or 99 %, not significant, or not tested. */
  class: string | null;
  /**
   * Whether at least 5 incidents are expected in the neighbourhood: below, the analytic p cannot be
   * trusted.
   */
  expected_count_ok: boolean | null;
  /** Neighbours that were tested. Unit: areas. */
  neighbours: number;
  /** Whether the area has no neighbour. */
  island: boolean;
  /**
   * Quadrant of the Moran scatter plot: the area, then its neighbours, high or low. Only with
   * statistic=local-moran.
   */
  quadrant?: string | null;
  /**
   * Number of incidents of equal weight whose sum would be as uncertain. Unit: incidents. Only with
   * measure=weighted or measure=harm.
   */
  effective_number?: number | null;
  /**
   * Share of the largest single weight in the sum, 0 to 1; null where the sum is 0. Only with
   * measure=weighted or measure=harm.
   */
  largest_share?: number | null;
  /**
   * The effective number of the area and its neighbours together; null where not tested. Unit:
   * incidents. Only with measure=harm.
   */
  effective_number_nearby?: number | null;
  /**
   * Share of the largest single harm in that of the area and its neighbours, 0 to 1: above a half
   * one serious event makes the hotspot. Only with measure=harm.
   */
  largest_share_nearby?: number | null;
  /**
   * Incidents in the area that the harm index does not have; they are in no other column. Unit:
   * incidents. Only with measure=harm.
   */
  harm_not_known?: number | null;
  /**
   * Share of other reasonable choices under which the area is hot, 0 to 1. Only with
   * sensitivity=true.
   */
  stays_hot_share?: number | null;
  /** How count, z score and class go together. Only with sentences=true. */
  sentence?: string | null;
}

/** An area with its category and the run of classes it was decided from, hot ones first. */
export interface EmergingRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Incidents in the area. Unit: incidents. */
  count: number | null;
  /** Emerging hot spot category. */
  category: string | null;
  /** Persistent, emerging, intermittent or former hot or cold spot, or never hot or cold. */
  plain_class: string | null;
  /** One letter per step, oldest first: H hot, C cold, a point for neither. */
  run: string | null;
  /** Steps in which the area is hot. Unit: steps. */
  hot_steps: number | null;
  /** Steps in which the area is cold. Unit: steps. */
  cold_steps: number | null;
  /** Gi* of the last step. */
  last_z_score: number | null;
  /** Mann-Kendall S of the z scores. */
  trend_s: number | null;
  /** Standard score of that trend. */
  trend_z_score: number | null;
  /** p of that trend, two-sided. */
  trend_p_value: number | null;
}

/**
 * An area in two periods: counts, difference, and what became of it; largest rise first. The map as
 * a whole is in the provenance under ``method.map``.
 */
export interface ChangeRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Incidents in the baseline period. Unit: incidents. */
  count_before: number | null;
  /** Incidents in the period. Unit: incidents. */
  count_after: number | null;
  /**
   * Sum of the weights of the incidents in the baseline period, which all that follows is about.
   * Only with measure=weighted or measure=harm.
   */
  weighted_before?: number | null;
  /** The same of the period. Only with measure=weighted or measure=harm. */
  weighted_after?: number | null;
  /**
   * Incidents minus those that the baseline's daily rate would give for the period. Unit:
   * incidents.
   */
  difference: number | null;
  /** The same in per cent of the baseline; null from zero. Unit: %. */
  percent: number | null;
  /** Rate of the period over that of the baseline; null from zero. */
  ratio: number | null;
  /** Lower end of the ratio's 95 % interval. */
  lower: number | null;
  /** Upper end of the ratio's 95 % interval. */
  upper: number | null;
  /** p of the two counts at one rate (E-test), or of the two weighted sums, two-sided. */
  p_value: number | null;
  /** p corrected for testing every area. */
  q_value: number | null;
  /**
   * The ratio with the records that are not located shared out in proportion to those that are;
   * null from zero. Only where the share of records located differs by more than chance.
   */
  ratio_shared_out?: number | null;
  /**
   * Lower end of its 95 % interval. Only where the share of records located differs by more than
   * chance.
   */
  lower_shared_out?: number | null;
  /**
   * Upper end of its 95 % interval. Only where the share of records located differs by more than
   * chance.
   */
  upper_shared_out?: number | null;
  /**
   * p of the two counts with those shared out. Only where the share of records located differs by
   * more than chance.
   */
  p_value_shared_out?: number | null;
  /**
   * The same, corrected for testing every area. An area has changed where this and `q_value` agree
   * that it has, and which way. Only where the share of records located differs by more than
   * chance.
   */
  q_value_shared_out?: number | null;
  /** Class of the area in the baseline period. */
  class_before: string | null;
  /** Class of the area in the period. */
  class_after: string | null;
  /** What became of the class. */
  transition: string | null;
}

/** An area of a layer, as readers would name it. */
export interface NamedAreaRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Its name with what tells readers where it is: Market (Cambridge). */
  label: string;
  /** Name of the larger area that it lies in. */
  larger: string | null;
}

/** An area with its rank; behind the areas, what is in none of them, and totals. */
export interface RankedRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Name of the area of the larger layer that it is in. Only with larger_layer. */
  larger_area?: string | null;
  /**
   * 1 for the highest; equal areas share a rank. Null without a denominator, and in the rows behind
   * the areas.
   */
  rank: number | null;
  /**
   * The best rank that the data leave open: with 95 % confidence the ranks of all areas lie within
   * their limits.
   */
  rank_best: number | null;
  /** The worst rank that the data leave open. */
  rank_worst: number | null;
  /** Incidents. Unit: incidents. */
  count: number | null;
  /** Per cent of the incidents in the areas, or of all records with share_of=records. Unit: %. */
  share: number | null;
  /** Share of this area and of all before it. Unit: %. */
  cumulative_share: number | null;
  /** What the rate is over; null where it is not known. Only with a denominator. */
  denominator?: number | null;
  /**
   * Incidents per so many of the denominator; the method states the unit. Only with a denominator.
   */
  rate?: number | null;
  /** Lower end of the rate's 95 % interval. Only with a denominator. */
  lower?: number | null;
  /** Upper end of the rate's 95 % interval. Only with a denominator. */
  upper?: number | null;
  /** Sum of the harm of the incidents. Unit: days of harm. Only with by=harm or by=harm-rate. */
  harm?: number | null;
  /** Per cent of the harm in the areas. Unit: %. Only with by=harm or by=harm-rate. */
  share_of_harm?: number | null;
  /**
   * Number of incidents of equal harm whose sum would be as uncertain. Unit: incidents. Only with
   * by=harm or by=harm-rate.
   */
  effective_number?: number | null;
  /**
   * Share of the most harmful single incident in the harm, 0 to 1. Only with by=harm or by=harm-
   * rate.
   */
  largest_share?: number | null;
  /**
   * Incidents that the harm index does not have; they are in no other column. Unit: incidents. Only
   * with by=harm or by=harm-rate.
   */
  harm_not_known?: number | null;
  /**
   * Days of harm per so many of the denominator, as the rate. Only with by=harm or by=harm-rate,
   * and a denominator.
   */
  harm_rate?: number | null;
  /** Lower end of its 95 % interval. Only with by=harm or by=harm-rate, and a denominator. */
  harm_rate_lower?: number | null;
  /** Upper end of its 95 % interval. Only with by=harm or by=harm-rate, and a denominator. */
  harm_rate_upper?: number | null;
  /** Whether it is at the threshold or above it. Only with threshold. */
  is_flagged?: boolean | null;
}

/** An area of a group with its rate of incidents; then the mean and quartiles of all. */
export interface SimilarAreaRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Whether it is the area that is looked at; null where none is named. */
  is_area: boolean | null;
  /** 1 for the highest; equal areas share a rank. */
  rank: number | null;
  /** The best rank that the counts leave open; null for rates without counts. */
  rank_best: number | null;
  /** The worst rank that they leave open. */
  rank_worst: number | null;
  /** Incidents; null where there is no data. Unit: incidents. */
  count: number | null;
  /** What the rate is over. */
  denominator: number | null;
  /** Rate of the area; of a row behind the areas what its name says. */
  rate: number | null;
  /** Lower end of the rate's 95 % interval. */
  lower: number | null;
  /** Upper end of it. */
  upper: number | null;
  /** How far the rate is from the mean of the areas, in per cent of it. Unit: %. */
  difference_percent: number | null;
  /** The rate that the other areas lead to expect. */
  expected: number | null;
  /** Lower end of where 95 of 100 areas like the others lie. */
  expected_lower: number | null;
  /** Upper end of it. */
  expected_upper: number | null;
  /** That an area like the others is as far from what they lead to expect, two-sided. */
  p_value: number | null;
  /** The same adjusted for the number of areas (Benjamini-Hochberg). */
  q_value: number | null;
}

/** An area of a group with its measure; then the mean and quartiles of all. */
export interface SimilarMeasureRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Whether it is the area that is looked at; null where none is named. */
  is_area: boolean | null;
  /** 1 for the highest; equal areas share a rank. */
  rank: number | null;
  /** The best rank that the counts leave open; null for rates without counts. */
  rank_best: number | null;
  /** The worst rank that they leave open. */
  rank_worst: number | null;
  /** The measure as a count; null for published rates. */
  amount: number | null;
  /** What the rate is over. */
  denominator: number | null;
  /** Rate of the area; of a row behind the areas what its name says. */
  rate: number | null;
  /** Lower end of the rate's 95 % interval. */
  lower: number | null;
  /** Upper end of it. */
  upper: number | null;
  /** How far the rate is from the mean of the areas, in per cent of it. Unit: %. */
  difference_percent: number | null;
  /** The rate that the other areas lead to expect. */
  expected: number | null;
  /** Lower end of where 95 of 100 areas like the others lie. */
  expected_lower: number | null;
  /** Upper end of it. */
  expected_upper: number | null;
  /** That an area like the others is as far from what they lead to expect, two-sided. */
  p_value: number | null;
  /** The same adjusted for the number of areas (Benjamini-Hochberg). */
  q_value: number | null;
}

/** An area with its priority, the reasons for it, and the facts they rest on. */
export interface PriorityRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Priority by the first rule that applies. */
  priority: string | null;
  /** Why, in words with the numbers put in. */
  reasons: string | null;
  /** Ids of the rules that apply. */
  rules: string | null;
  /** Sites in the area, largest share first. */
  site_names: string | null;
  /** Homes to come at most. Unit: homes. */
  homes_to_come: number | null;
  /** Residents to come at most. Unit: residents. */
  added_residents_at_most: number | null;
  /** The same in per cent of residents today. Unit: %. */
  added_percent_at_most: number | null;
  /** Residents of the area today. Unit: residents. */
  residents: number | null;
  /** Incidents in the area. Unit: incidents. */
  count: number | null;
  /**
   * The same per 1,000 residents, over the whole period. Unit: incidents of the period per 1,000
   * residents.
   */
  rate_per_1000: number | null;
  /** Incidents per incident expected at the local rate. */
  ratio_to_local: number | null;
  /** Lower end of that ratio's 95 % interval. */
  ratio_to_local_lower: number | null;
  /** Class of the area in the hotspot table. */
  hotspot_class: string | null;
  /** Category of the area in the emerging table. */
  emerging_class: string | null;
  /** What became of the class since the baseline. Only with baseline_from and baseline_to. */
  transition?: string | null;
  /** Change of the count since the baseline. Unit: %. Only with baseline_from and baseline_to. */
  change_percent?: number | null;
  /**
   * Change of the count, the days of both periods allowed for. Unit: incidents. Only with
   * baseline_from and baseline_to.
   */
  change_difference?: number | null;
  /** p of that change, corrected for all areas. Only with baseline_from and baseline_to. */
  change_q_value?: number | null;
}

/** What all flags together say of an area; what a professional says stands beside it. */
export interface AreaFlagsRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Flags that the area has for certain; of an index, parts at its threshold or above. */
  total: number | null;
  /** Flags, or parts, of which it is not known: the total is at least what is stated. */
  not_known: number | null;
  /**
   * Mean of the parts, each 100 times the area's over the mean; null where a part is not known.
   * Unit: of 100. Only by an index.
   */
  index?: number | null;
  /**
   * Probability that the index of the true rates is the threshold or above; null where no part is a
   * count. Only by an index.
   */
  index_probability?: number | null;
  /**
   * Periods up to this one in which the index was the threshold or above, without a gap. Unit:
   * periods. Only by an index.
   */
  index_in_a_row?: number | null;
  /** Band of the total, or of the index; `not known` where no flag is, or without an index. */
  risk: string | null;
  /** Band if the area had every flag of which it is not known; of an index, as the risk. */
  risk_at_most: string | null;
  /** What a professional says of the area, as imported with the rules; it changes no risk. */
  concern: string | null;
  /** The level that they give it. */
  concern_level: string | null;
  /** Who says so. */
  concern_by: string | null;
  /** When, ISO. */
  concern_date: string | null;
}

/** A flag of an area; areas with most flags first, and flags in the order of the rules. */
export interface FlagRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Flags that the area has for certain; of an index, parts at its threshold or above. */
  total: number | null;
  /** Flags, or parts, of which it is not known: the total is at least what is stated. */
  not_known: number | null;
  /**
   * Mean of the parts, each 100 times the area's over the mean; null where a part is not known.
   * Unit: of 100. Only by an index.
   */
  index?: number | null;
  /**
   * Probability that the index of the true rates is the threshold or above; null where no part is a
   * count. Only by an index.
   */
  index_probability?: number | null;
  /**
   * Periods up to this one in which the index was the threshold or above, without a gap. Unit:
   * periods. Only by an index.
   */
  index_in_a_row?: number | null;
  /** Band of the total, or of the index; `not known` where no flag is, or without an index. */
  risk: string | null;
  /** Band if the area had every flag of which it is not known; of an index, as the risk. */
  risk_at_most: string | null;
  /** What a professional says of the area, as imported with the rules; it changes no risk. */
  concern: string | null;
  /** The level that they give it. */
  concern_level: string | null;
  /** Who says so. */
  concern_by: string | null;
  /** When, ISO. */
  concern_date: string | null;
  /** Id of the flag, or of the part of the index. */
  flag: string;
  /** Its title. */
  flag_name: string;
  /** What it is given for. */
  criterion: string;
  /** The period, or that of the measure. */
  period: string;
  /** `yes`, `no` or `not known`. */
  status: string | null;
  /** What the rules compare; of what an area contains, the most extreme. */
  value: number | null;
  /** Of the value. */
  unit: string;
  /** 100 times the value over the mean. Unit: of 100. Only by an index. */
  part_index?: number | null;
  /** What the value is divided by. Only by an index. */
  mean?: number | null;
  /** Probability that the area belongs above the line, given its count; null for measures. */
  probability: number | null;
  /** Periods up to this one in which the area had the flag, without a gap. Unit: periods. */
  in_a_row: number | null;
  /** Periods in which the area had the flag, this one included. Unit: periods. */
  periods_flagged: number | null;
  /** Periods of which that is known. Unit: periods. */
  periods_known: number | null;
  /** Areas inside that the flag is given for; null where that is not the question. */
  where: string | null;
}

/** A place of a list; with halves the first half of the day first. */
export interface PatrolRow {
  /** Code of the area. */
  code: string;
  /** Nearest street or place within 250 m of the centre, told apart within the answer. */
  name: string | null;
  /** Hours of the list; null for the whole day. */
  hours: string | null;
  /** 1 for the highest; equal places share a rank. */
  rank: number | null;
  /**
   * The best rank that the data leave open: with 95 % confidence the ranks of all places of the
   * study area lie within their limits. Null with rank_by=harm.
   */
  rank_best: number | null;
  /** The worst rank that the data leave open. */
  rank_worst: number | null;
  /** Incidents. Unit: incidents. */
  count: number | null;
  /** Per cent of the incidents in all places. Unit: %. */
  share: number | null;
  /** Share of this place and of all before it. Unit: %. */
  cumulative_share: number | null;
  /** Incidents per year of 365.25 days covered. Unit: incidents per year. */
  per_year: number | null;
  /** Sum of the harm of the incidents. Unit: days of harm. Only with rank_by=harm. */
  harm?: number | null;
  /** Per cent of the harm in all places. Unit: %. Only with rank_by=harm. */
  share_of_harm?: number | null;
  /** Share of harm of this place and of all before it. Unit: %. Only with rank_by=harm. */
  cumulative_share_of_harm?: number | null;
  /**
   * Number of incidents of equal harm whose sum would be as uncertain. Unit: incidents. Only with
   * rank_by=harm.
   */
  effective_number?: number | null;
  /** Share of the most harmful single incident in the harm, 0 to 1. Only with rank_by=harm. */
  largest_share?: number | null;
  /**
   * In how many of the quarters looked at it was hot: among so many first places as the list is
   * long, by what ranks the list. Null without a whole quarter.
   */
  hot_quarters: number | null;
  /** How many quarters were looked at. */
  quarters: number;
  /** The last quarter in which it was hot. */
  last_hot: string | null;
  /** Area on the ground. Unit: km². Only with by=hexagons. */
  area_km2?: number;
  /** Length of the street segment. Unit: m. Only with by=segments. */
  length_m?: number;
  /**
   * Area, or length, of this place and of all before it, per cent of the ground or of its streets.
   * Unit: %.
   */
  cumulative_share_of_ground: number | null;
  /** Easting of the centre, or half way along. Unit: m. */
  easting_m: number;
  /** Northing of the centre, or half way along. Unit: m. */
  northing_m: number;
}

/** A place of a list on a map. */
export interface PatrolMapRow {
  /** Code of the area. */
  code: string;
  /** Nearest street or place within 250 m of the centre, told apart within the answer. */
  name: string | null;
  /** Hours of the list; null for the whole day. */
  hours: string | null;
  /** 1 for the highest; equal places share a rank. */
  rank: number | null;
  /**
   * The best rank that the data leave open: with 95 % confidence the ranks of all places of the
   * study area lie within their limits. Null with rank_by=harm.
   */
  rank_best: number | null;
  /** The worst rank that the data leave open. */
  rank_worst: number | null;
  /** Incidents. Unit: incidents. */
  count: number | null;
  /** Per cent of the incidents in all places. Unit: %. */
  share: number | null;
  /** Share of this place and of all before it. Unit: %. */
  cumulative_share: number | null;
  /** Incidents per year of 365.25 days covered. Unit: incidents per year. */
  per_year: number | null;
  /** Sum of the harm of the incidents. Unit: days of harm. Only with rank_by=harm. */
  harm?: number | null;
  /** Per cent of the harm in all places. Unit: %. Only with rank_by=harm. */
  share_of_harm?: number | null;
  /** Share of harm of this place and of all before it. Unit: %. Only with rank_by=harm. */
  cumulative_share_of_harm?: number | null;
  /**
   * Number of incidents of equal harm whose sum would be as uncertain. Unit: incidents. Only with
   * rank_by=harm.
   */
  effective_number?: number | null;
  /** Share of the most harmful single incident in the harm, 0 to 1. Only with rank_by=harm. */
  largest_share?: number | null;
  /**
   * In how many of the quarters looked at it was hot: among so many first places as the list is
   * long, by what ranks the list. Null without a whole quarter.
   */
  hot_quarters: number | null;
  /** How many quarters were looked at. */
  quarters: number;
  /** The last quarter in which it was hot. */
  last_hot: string | null;
  /** Area on the ground. Unit: km². Only with by=hexagons. */
  area_km2?: number;
  /** Length of the street segment. Unit: m. Only with by=segments. */
  length_m?: number;
  /**
   * Area, or length, of this place and of all before it, per cent of the ground or of its streets.
   * Unit: %.
   */
  cumulative_share_of_ground: number | null;
  /** Easting of the centre, or half way along. Unit: m. */
  easting_m: number;
  /** Northing of the centre, or half way along. Unit: m. */
  northing_m: number;
  /** In how many of the quarters it was hot, in words. */
  persistence: string | null;
}

/** An area and its share of the incidents of two periods, largest gain first. */
export interface SimilarityRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Incidents in the baseline period. Unit: incidents. */
  count_before: number | null;
  /** Incidents in the period. Unit: incidents. */
  count_after: number | null;
  /** Share of the incidents of the baseline period, 0 to 1. */
  share_before: number | null;
  /** Share of the incidents of the period. */
  share_after: number | null;
  /** Lower end of the 95 % interval of that share, the period drawn again. */
  lower: number | null;
  /** Upper end of that interval. */
  upper: number | null;
  /**
   * Similar where the share before lies in the interval; larger or smaller where the later share
   * is.
   */
  direction: string | null;
  /** p of the two shares being one, two-sided. */
  p_value: number | null;
  /** p corrected for testing every area. */
  q_value: number | null;
}

/** A measure of an area and period, or one measure as a share of another. */
export interface MeasureRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Name of the measure; of a share, both with a stroke between. */
  measure: string;
  /** Period of the measure. */
  period: string;
  /**
   * Its value, in its own unit; null where there is none, and where a small count, or a share of
   * one, is not shown.
   */
  value: number | null;
  /** Its unit, as it was imported; % of a share. */
  unit: string;
  /** Rank among the areas of the answer, 1 the highest; equal values share one. */
  rank: number | null;
  /** The value as it may be printed: small counts as <5 (for small=5). Only with small. */
  shown?: string | null;
}

/** A measure of an area in one period; area by area, the oldest period first. */
export interface MeasureTrendRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Period of the measure, as it was imported. */
  period: string;
  /** First day of the period, ISO. */
  first_day: string;
  /** Last day of the period, ISO. */
  last_day: string;
  /**
   * Its value; null where there is none. Of total and mean null where an area has none. Unit: as
   * the method states.
   */
  value: number | null;
  /** The change since the first period of the answer. Unit: as the method states. */
  change: number | null;
  /** The same in per cent; null from zero. Unit: %. */
  change_percent: number | null;
}

/**
 * An area and its local association, smallest q first. An area whose value is missing (a rate
 * without a denominator) keeps its row and is not tested; nor is it anybody's neighbour.
 */
export interface AssociationRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Incidents in the area. Unit: incidents. */
  count: number | null;
  /**
   * What is tested, in the unit that the method states; null where it is missing. Unit: as the
   * method states.
   */
  value: number | null;
  /** Incidents of the dataset beside in the area. Unit: incidents. Only with beside_dataset. */
  count_beside?: number | null;
  /** The second value; null where it is missing. Only with beside_dataset or beside_measure. */
  value_beside?: number | null;
  /** The local statistic; null where not tested, and without a neighbour. */
  statistic: number | null;
  /** Its expectation under the null. */
  expected: number | null;
  /** Standard score by the moments of the null; null for Lee's L: its variance is not known. */
  z_score: number | null;
  /** p by draws from the null, two-sided. */
  p_permutation: number | null;
  /** p corrected for testing every area; decides the class. */
  q_value: number | null;
  /**
   * How the area goes together with its neighbours at 90, 95 or 99 %, not significant, or not
   * tested.
   */
  class: string | null;
  /** Neighbours that were tested. Unit: areas. */
  neighbours: number;
  /** Whether the area has no neighbour. */
  island: boolean;
}

/** An area and one of its neighbours; an area without any has one row. */
export interface NeighbourRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Code of the neighbour; null where the area has none. */
  neighbour: string | null;
  /** Name of the neighbour. */
  neighbour_name: string | null;
  /** Weight of the neighbour, 1 for contiguity; null where the area has none. */
  weight: number | null;
}

/** An area and the cluster that it is in, in the order of the clusters. */
export interface ScanAreaRow {
  /** Code of the area. */
  code: string;
  /** Name of the area. */
  name: string | null;
  /** Incidents in the area. Unit: incidents. */
  count: number | null;
  /** Controls in the area. Unit: records. Only with model=bernoulli. */
  count_controls?: number | null;
  /** Incidents expected; null where the area is not scanned. Unit: incidents. */
  expected: number | null;
  /** Rank of its cluster; null where it is in none. */
  cluster: number | null;
  /** p of that cluster. */
  p_value: number | null;
  /**
   * Whether it is in a cluster of high or low rates, significant at 95 or 99 %; not significant,
   * not tested (permutations=0) or not scanned.
   */
  class: string | null;
}

/** A place that fits what was typed, best first. */
export interface PlaceRow {
  /**
   * area, site, postcode-district or postcode; of the gazetteer city, town, village, hamlet,
   * suburb, street or place.
   */
  kind: string;
  /** What the place is called. */
  name: string;
  /**
   * Code of the area, id of the site, the postcode, or easting and northing of a place of the
   * gazetteer.
   */
  code: string | null;
  /** Layer of an area. */
  layer: string | null;
  /** Title of that layer. */
  layer_title: string | null;
  /** Town of a street; otherwise the area of the largest level that it lies in. */
  inside: string | null;
  /** West, south, east and north ends. Unit: degrees. */
  bbox: number[];
  /** Longitude and latitude of a point inside. Unit: degrees. */
  point: number[];
}

/** Something found of so many records: of an import, of a file, of the dataset or a month. */
export interface QualityRow {
  /** Number of the import, from 1; 0 for the dataset as it is. */
  import: number;
  /** Name of the file. */
  file: string | null;
  /** Month, ISO. */
  month: string | null;
  /**
   * What was found: read, imported, rejected, left out for a later row, outside --from and --to,
   * not located, id repeated, noted; in the dataset; records, located, outside the study area, with
   * an area code, days covered, dated to days not covered, ids in several records.
   */
  finding: string;
  /** Column of the file for which rows were rejected. */
  field: string | null;
  /** Why they were, or what was noted. */
  reason: string | null;
  /** How many rows, records or ids. Unit: records. */
  records: number | null;
  /** Out of how many; the same number where there is no whole. Unit: records. */
  out_of: number | null;
  /** The share that is, 0 to 1; null out of none. */
  share: number | null;
  /** First day of them, or month. */
  first: string | null;
  /** Last day of them, or month. */
  last: string | null;
  /** Digest of the file. */
  sha256: string | null;
}

/** Something that is loaded: a dataset, a layer, a measure or a table of reference. */
export interface SourceRow {
  /**
   * dataset, boundary layer, measure, development sites, lookup, postcodes, events, harm index,
   * gazetteer, roads, background, places or neighbours.
   */
  kind: string;
  /** Its id. */
  id: string;
  /** Its title, or the file that it was loaded from. */
  title: string | null;
  /** What it is, as the import states it. */
  description: string | null;
  /** What it is useful for, or can be asked by. */
  uses: string | null;
  /** Who published it. */
  source: string | null;
  /** Its licence. */
  licence: string | null;
  /** First day covered, or period. */
  first: string | null;
  /** Last day covered, or period. */
  last: string | null;
  /** How many records, areas or rows. */
  records: number | null;
  /** What is counted. */
  unit: string;
  /** How many of them have a place. */
  located: number | null;
  /** Per cent of them that have a place. Unit: %. */
  located_share: number | null;
  /** What it cannot show: as stated at import, then as counted. */
  limits: string | null;
  /** Its version. */
  version: string | null;
  /** Whether it is invented. */
  synthetic: boolean;
}

/** What is known of the records of one dataset and month. */
export interface MonthQualityRow {
  /** Id of the dataset. */
  dataset: string;
  /** Month, ISO. */
  month: string;
  /** Days of the month. Unit: days. */
  days: number;
  /** How many of them the data cover. Unit: days. */
  days_covered: number | null;
  /** Records dated to the month. Unit: records. */
  records: number | null;
  /** How many of them have a place. Unit: records. */
  located: number | null;
  /** Per cent of them that have a place; null without records. Unit: %. */
  located_share: number | null;
  /** Located records outside the study area; null without one. Unit: records. */
  outside: number | null;
  /** Records with a supplied area code. Unit: records. */
  with_code: number | null;
  /** Records without a subcategory; null where the dataset has none. Unit: records. */
  without_subcategory: number | null;
  /** Records known to the month only. Unit: records. */
  month_only: number | null;
  /** Records without a time of day. Unit: records. */
  without_time: number | null;
  /** Records dated to days that the data do not cover: they are in no answer. Unit: records. */
  not_covered: number | null;
  /** Rows rejected of files of this month alone; null where there is none. Unit: rows. */
  rejected: number | null;
  /** Rows of such files left out for a later row with the same id; null likewise. Unit: rows. */
  superseded: number | null;
}

/** A peak of the surface, highest first. */
export interface PeakRow {
  /** 1 for the highest. */
  rank: number;
  /**
   * Primary, secondary or minor by the prominence of a peak that is more than chance; else a mere
   * peak.
   */
  class: string | null;
  /** Name of the area that the peak lies in. */
  place: string | null;
  /** Density at the peak, in `unit`. */
  density: number | null;
  /** Prominence: the descent needed to reach higher ground, as a share of the highest peak. */
  prominence: number | null;
  /** Incidents within reach of the peak that are nearer to it than to another. Unit: incidents. */
  incidents: number | null;
  /** The same as a share of all incidents, 0 to 1. */
  share: number | null;
  /** Sum of the weights of the same incidents. Only with weight=true or harm=true. */
  weight?: number | null;
  /**
   * P that chance gives any place of the map as surprising as this one; null where nothing was
   * tested.
   */
  p_value: number | null;
  /** Whether that p is at most 0.05; false where nothing was tested. */
  is_significant: boolean | null;
  /** Distance to the nearest other peak. Unit: m. */
  nearest_m: number | null;
  /** Distance to the nearest peak of a better rank. Unit: m. */
  nearest_higher_m: number | null;
  /** Easting of the peak. Unit: m. */
  easting_m: number | null;
  /** Northing of the peak. Unit: m. */
  northing_m: number | null;
  /** Unit of the density. */
  unit: string;
}

/** The smallest area that holds a share of the surface's mass. */
export interface ContourRow {
  /** The share asked for. Unit: %. */
  percent: number;
  /** Density along the line, in `unit`. */
  density: number | null;
  /** Ground inside the line. Unit: km². */
  area_km2: number | null;
  /** The share that is inside; null of a surface without mass. Unit: %. */
  mass_percent: number | null;
  /** Unit of the density. */
  unit: string;
}

/** A development site, a phase of one, or a district with its sites added up. */
export interface SiteRow {
  /** Id of the site. Only with by=site or by=phase. */
  site_id?: string;
  /** Name of the site. Only with by=site or by=phase. */
  name?: string | null;
  /** District of the site. */
  district: string | null;
  /** Sites in the district. Unit: sites. Only with by=district. */
  sites?: number;
  /** Name of the phase. Only with by=phase. */
  phase?: string | null;
  /** Year by which the phase is to be complete. Only with by=phase. */
  year?: number | null;
  /** Homes planned; null where a site does not say. Unit: homes. */
  homes_planned: number | null;
  /**
   * Homes complete; null where not published. Of an area or district, at least: of the sites that
   * publish completions. Unit: homes.
   */
  homes_completed: number | null;
  /**
   * Homes to come; null where completions are not published. Of an area or district, at least: of
   * the sites that publish completions. Unit: homes.
   */
  homes_remaining: number | null;
  /** Homes planned in this phase and those before it. Unit: homes. Only with by=phase. */
  homes_planned_so_far?: number | null;
  /** Homes planned on the site as a whole. Unit: homes. Only with by=phase. */
  site_homes_planned?: number | null;
  /** Year by which the completed homes were complete. Only with by=site. */
  completed_year?: number | null;
  /** Easting of the site. Unit: m. Only with by=site or by=phase. */
  easting_m?: number;
  /** Northing of the site. Unit: m. Only with by=site or by=phase. */
  northing_m?: number;
  /** How the location of the site is known. Only with by=site. */
  position?: string | null;
  /** Phases of the site. Unit: phases. Only with by=site. */
  phases?: number;
  /** Year of its first phase. Only with by=site. */
  first_phase_year?: number | null;
  /** Year of its last phase. Only with by=site. */
  last_phase_year?: number | null;
  /** Sites whose completions are not published. Unit: sites. Only with by=district. */
  sites_not_published?: number;
  /** Homes planned on those sites. Unit: homes. Only with by=district. */
  homes_planned_not_published?: number | null;
  /** Sites of which another district has a part too. Only with by=district. */
  shared_sites?: string;
  /** Notes on the row. Only with by=site, by=phase or by=district. */
  note?: string | null;
  /** Class of homes planned. Only in map tiles, with by=site. */
  size_class?: string;
  /** How far the site is built. Only in map tiles, with by=site. */
  completion_class?: string;
}

/** A site and what is around it today, or an area and what is planned in it. */
export interface OverlayRow {
  /** Id of the site. Only with by=site. */
  site_id?: string;
  /** Code of the area. Only with by=area. */
  code?: string;
  /** Name of the site or area. */
  name: string | null;
  /** District of the site. Only with by=site. */
  district?: string | null;
  /** Sites that lie in the area, in part or as a whole. Unit: sites. Only with by=area. */
  sites?: number;
  /** Their names, largest share first. Only with by=area. */
  site_names?: string | null;
  /** Homes planned; null where a site does not say. Unit: homes. */
  homes_planned: number | null;
  /**
   * Homes complete; null where not published. Of an area or district, at least: of the sites that
   * publish completions. Unit: homes.
   */
  homes_completed: number | null;
  /**
   * Homes to come; null where completions are not published. Of an area or district, at least: of
   * the sites that publish completions. Unit: homes.
   */
  homes_remaining: number | null;
  /** Year by which the completed homes were complete. Only with by=site. */
  completed_year?: number | null;
  /** Easting of the site. Unit: m. Only with by=site. */
  easting_m?: number;
  /** Northing of the site. Unit: m. Only with by=site. */
  northing_m?: number;
  /** How the location of the site is known. Only with by=site. */
  position?: string | null;
  /** Homes planned on sites whose completions are not published. Unit: homes. Only with by=area. */
  homes_not_published?: number | null;
  /** Residents per new home. Unit: residents. */
  household_size: number | null;
  /** Households of the homes to come. Unit: households. */
  added_households: number | null;
  /** Residents of the homes to come. Unit: residents. */
  added_residents: number | null;
  /**
   * The same if every home counts as to come whose completion is not published. Unit: residents.
   */
  added_residents_at_most: number | null;
  /** Residents of the area today. Unit: residents. Only with by=area. */
  residents?: number | null;
  /** Residents to come at most, in per cent of those today. Unit: %. Only with by=area. */
  added_percent_at_most?: number | null;
  /** Distance within which incidents are near. Unit: m. */
  distance_m: number;
  /** Incidents within that distance. Unit: incidents. */
  incidents_within: number | null;
  /** Incidents expected there at the local rate. Unit: incidents. */
  expected_within: number | null;
  /** Incidents within per incident expected. */
  ratio_within: number | null;
  /** Lower end of that ratio's 95 % interval. */
  ratio_within_lower: number | null;
  /** Upper end of that ratio's 95 % interval. */
  ratio_within_upper: number | null;
  /** Share of the ground within the distance that lies on the layer, 0 to 1. */
  ground_share: number | null;
  /** Kernel density at the site or in the area. Unit: incidents per km². */
  density_per_km2: number | null;
  /** Layer of the area that the site lies in. Only with by=site. */
  area_layer?: string;
  /** Code of that area; null outside the layer. Only with by=site. */
  area_code?: string | null;
  /** Name of that area. Only with by=site. */
  area_name?: string | null;
  /** Incidents in that area. Unit: incidents. Only with by=site. */
  area_count?: number | null;
  /**
   * The same per 1,000 residents, over the whole period. Unit: incidents of the period per 1,000
   * residents. Only with by=site.
   */
  area_rate_per_1000?: number | null;
  /** Incidents in the area. Unit: incidents. Only with by=area. */
  count?: number | null;
  /**
   * The same per 1,000 residents, over the whole period. Unit: incidents of the period per 1,000
   * residents. Only with by=area.
   */
  rate_per_1000?: number | null;
  /** Class of the area in the hotspot table. */
  hotspot_class: string | null;
  /** Category of the area in the emerging table. */
  emerging_class: string | null;
  /** Distance to the nearest hot area, 0 inside one. Unit: m. */
  nearest_hotspot_m: number | null;
  /** Code of that hot area. */
  nearest_hotspot: string | null;
  /** Incidents expected in the area at the local rate. Unit: incidents. Only with by=area. */
  expected_count?: number | null;
  /** Incidents counted per incident expected. Only with by=area. */
  ratio_count?: number | null;
  /** Lower end of that ratio's 95 % interval. Only with by=area. */
  ratio_count_lower?: number | null;
  /** Upper end of that ratio's 95 % interval. Only with by=area. */
  ratio_count_upper?: number | null;
  /** Notes on the site. Only with by=site. */
  note?: string | null;
  /** Class of homes planned. Only in map tiles, with by=site. */
  size_class?: string;
  /** How far the site is built. Only in map tiles, with by=site. */
  completion_class?: string;
}

/** A site, area or district in one year to come; every interval is of 90 %. */
export interface ForecastRow {
  /** Id of the site. Only with by=site. */
  site_id?: string;
  /** Code of the area or district. Only with by=area or by=district. */
  code?: string;
  /** Name of the site, area or district. */
  name: string | null;
  /**
   * District: of a site its name, of an area its code. Only with by=site, and with by=area where
   * districts are known.
   */
  district?: string | null;
  /** Code of the area that the site lies in. Only with by=site. */
  area_code?: string | null;
  /** Name of that area. Only with by=site. */
  area_name?: string | null;
  /** Whether the site's completions are published. Only with by=site. */
  completions_published?: boolean;
  /** Areas in the district. Unit: areas. Only with by=district. */
  areas?: number;
  /**
   * Incidents of the period, in the area or district. Unit: incidents. Only with by=area or
   * by=district.
   */
  count?: number | null;
  /** Sites whose homes count. Unit: sites. Only with by=area or by=district. */
  sites?: number;
  /** Year of the forecast. */
  year: number;
  /** Homes built by the middle of the year. Unit: homes. */
  homes_built: number | null;
  /** Lower end of their interval. Unit: homes. */
  homes_built_lower: number | null;
  /** Upper end of their interval. Unit: homes. */
  homes_built_upper: number | null;
  /** Homes built since the incidents. Unit: homes. */
  homes_added: number | null;
  /** What those homes add to the denominator. */
  denominator_added: number | null;
  /** The denominator of the year. */
  denominator: number | null;
  /** Incidents expected. Unit: incidents per year. */
  expected: number | null;
  /** Lower end of their interval. Unit: incidents per year. */
  lower: number | null;
  /** Upper end of their interval. Unit: incidents per year. */
  upper: number | null;
  /** Incidents expected per so many of the denominator. */
  rate: number | null;
  /** Lower end of the rate's interval. */
  rate_lower: number | null;
  /** Upper end of the rate's interval. */
  rate_upper: number | null;
  /** Class of the value, as the legend labels it. Only with by=area or by=district. */
  class?: string | null;
}

/** A list of a length, and what it captures. */
export interface CaptureRow {
  /** Length of the list: the first places by what ranks them. */
  places: number;
  /** Their area. Unit: km². Only with by=hexagons. */
  area_km2?: number | null;
  /** Their length. Unit: km. Only with by=segments. */
  length_km?: number | null;
  /** Their area, or length, per cent of the ground or of its streets. Unit: %. */
  share_of_ground: number | null;
  /** Incidents in them. Unit: incidents. */
  count: number | null;
  /** Per cent of the incidents in all places. Unit: %. */
  share: number | null;
  /**
   * Per cent that such a list captures of incidents that did not make it: the mean over ten parts,
   * each held against the list of the other nine. Unit: %.
   */
  expected_share: number | null;
  /** Lower end of its 95 % interval. Unit: %. */
  lower: number | null;
  /** Upper end of its 95 % interval. Unit: %. */
  upper: number | null;
  /** Sum of the harm. Unit: days of harm. Only with rank_by=harm. */
  harm?: number | null;
  /** Per cent of the harm in all places. Unit: %. Only with rank_by=harm. */
  share_of_harm?: number | null;
  /** Of the harm, as expected_share. Unit: %. Only with rank_by=harm. */
  expected_share_of_harm?: number | null;
  /** Lower end of its 95 % interval. Unit: %. Only with rank_by=harm. */
  harm_lower?: number | null;
  /** Upper end of its 95 % interval. Unit: %. Only with rank_by=harm. */
  harm_upper?: number | null;
}

/** A way to make a list, and how it fared in the periods that it was not made of. */
export interface PatrolForecastRow {
  /**
   * forecast: the candidate that was best before the test; then the candidates; the ranking of the
   * last period alone; and the same ground chosen at random.
   */
  ranking: string;
  /** The candidate that the forecast took in the last test. */
  candidate: string | null;
  /** Periods that it was judged in. */
  tests: number;
  /** Length of the list. */
  places: number;
  /** Area, or length, of the list, per cent of the ground or of its streets. Unit: %. */
  share_of_ground: number | null;
  /**
   * Incidents of the periods in the places listed before them; of places that share the end of a
   * list, their part of it. Unit: incidents.
   */
  count: number | null;
  /** Per cent of the incidents, or of the harm with rank_by=harm, that the list caught. Unit: %. */
  hit_rate: number | null;
  /** Lower end of its 95 % interval. Unit: %. */
  lower: number | null;
  /** Upper end of its 95 % interval. Unit: %. */
  upper: number | null;
  /** Prediction accuracy index: the hit rate over the share of ground. */
  pai: number | null;
  /** Lower end of its 95 % interval. */
  pai_lower: number | null;
  /** Upper end of its 95 % interval. */
  pai_upper: number | null;
  /**
   * Prediction efficiency index: the hit rate over the best that the same ground could have
   * reached.
   */
  pei: number | null;
  /** Lower end of its 95 % interval, the best taken as it was. */
  pei_lower: number | null;
  /** Upper end of its 95 % interval, likewise. */
  pei_upper: number | null;
  /**
   * Hit rate less that of the ranking of the last period alone, percentage points. Unit: percentage
   * points.
   */
  above_last: number | null;
  /** Lower end of its 95 % interval. Unit: percentage points. */
  above_last_lower: number | null;
  /** Upper end of its 95 % interval. Unit: percentage points. */
  above_last_upper: number | null;
}

/** A month after the intervention: by itself, and all of the period up to its end. */
export interface DisplacementMonthRow {
  /** Month, ISO. */
  month: string;
  /**
   * Days of the month in the period that the data cover; of some days of the week, their weeks.
   * Unit: days.
   */
  days: number;
  /** Incidents in the areas of the intervention. Unit: incidents. */
  target: number | null;
  /** Incidents in the areas without it. Unit: incidents. */
  control: number | null;
  /**
   * Incidents in the areas it may have displaced incidents to. Unit: incidents. Only with
   * displacement and displacement_control.
   */
  displacement?: number | null;
  /**
   * Incidents in the control of those areas. Unit: incidents. Only with displacement and
   * displacement_control.
   */
  displacement_control?: number | null;
  /**
   * The displacement difference of the month by itself, against the baseline's daily rates. Unit:
   * as the method states.
   */
  difference: number | null;
  /** Lower end of its 95 % interval. Unit: as the method states. */
  lower: number | null;
  /** Upper end of its 95 % interval. Unit: as the method states. */
  upper: number | null;
  /**
   * The displacement difference of the period up to the end of the month. Unit: as the method
   * states.
   */
  cumulative_difference: number | null;
  /** Lower end of its 95 % interval. Unit: as the method states. */
  cumulative_lower: number | null;
  /** Upper end of its 95 % interval. Unit: as the method states. */
  cumulative_upper: number | null;
  /** p of it, two-sided. */
  cumulative_p_value: number | null;
}

/** Moves of areas from class to class in the next step, by the state of their neighbours. */
export interface TransitionRow {
  /** State of the area's neighbours at the beginning of the move; any for all of them together. */
  context: string;
  /** Class at the beginning. */
  from_class: string;
  /** Class in the next step. */
  to_class: string;
  /** Times that an area moved so, or stayed. Unit: area steps. */
  moves: number | null;
  /** Times that an area was in the first class and the next step is known. Unit: area steps. */
  moves_from: number | null;
  /** Their share, 0 to 1; null where no area was in the first class. */
  probability: number | null;
  /** Lower end of its exact 95 % interval. */
  lower: number | null;
  /** Upper end of its exact 95 % interval. */
  upper: number | null;
  /**
   * Expected length of a stay in the class; of rows whose two classes are one, null where it was
   * never left. Unit: steps.
   */
  stay_steps: number | null;
  /**
   * Share of the areas that are in the second class in the long run, if areas go on moving so; null
   * where that depends on the beginning.
   */
  long_run_share: number | null;
}

/** The deprivation of an area in a domain, or how many areas are deprived how far. */
export interface DeprivationRow {
  /** Domain, such as income. */
  domain: string;
  /** Code of the area, or of the larger area. Only with by=area or by=layer. */
  code?: string;
  /** Its name. Only with by=area or by=layer. */
  name?: string | null;
  /**
   * Code of the larger area; null where it is in none, or not in one alone. Only with by=area and
   * larger_layer.
   */
  larger_code?: string | null;
  /** Name of the larger area. Only with by=area and larger_layer. */
  larger_name?: string | null;
  /** Rank among all areas that were ranked, 1 the most deprived. Only with by=area. */
  rank?: number | null;
  /**
   * Tenth of all areas that were ranked, 1 the most deprived; null where it is not known. Only with
   * by=area or by=decile.
   */
  decile?: number | null;
  /** Rank in the earlier edition. Only with by=area and a baseline. */
  baseline_rank?: number | null;
  /** Decile in the earlier edition. Only with by=area and a baseline. */
  baseline_decile?: number | null;
  /**
   * Deciles moved since the earlier edition: below 0 to more deprived ones, null where that cannot
   * be compared. Unit: deciles. Only with by=move, and with by=area and a baseline.
   */
  move?: number | null;
  /**
   * Whether the area can be compared with the earlier edition: same area, unchanged between the
   * vintages, or why not. Only with by=move, and with by=area and a baseline.
   */
  comparison?: string;
  /**
   * Areas; with by=layer those of the larger area whose decile is known. Unit: areas. Only with
   * by=decile, by=move or by=layer.
   */
  areas?: number;
  /** Those in the most deprived share. Unit: areas. Only with by=layer. */
  most_deprived?: number;
  /**
   * Per cent of the areas of the domain whose decile, or move, is known; with by=layer the most
   * deprived, per cent of the larger area's. Unit: %. Only with by=decile, by=move or by=layer.
   */
  share?: number | null;
}

/** A class of a group: its share in an area beside that in the reference. */
export interface IndexRow {
  /** Group of classes, such as household. */
  group: string;
  /** Measure of the class. */
  measure: string;
  /** Period of the measure. */
  period: string;
  /** The class in the area, in the unit of the measure; null where no value is known. */
  count: number | null;
  /** Per cent of the group in the area. Unit: %. */
  share: number | null;
  /** The class in the reference. */
  reference_count: number | null;
  /** Per cent of the group in the reference. Unit: %. */
  reference_share: number | null;
  /**
   * Share in the area over that in the reference, times 100: 100 is equal; null where the reference
   * has none.
   */
  index: number | null;
}

/** Incidents of the areas of a decile; of those without one; outside; without a place. */
export interface DeprivedIncidentsRow {
  /** Domain, such as income. */
  domain: string;
  /**
   * Tenth of all areas that were ranked, 1 the most deprived; or not known, elsewhere in the layer
   * (with within), outside it, or not located.
   */
  decile: string;
  /** Areas of the query in the decile. Unit: areas. */
  areas: number | null;
  /** Incidents there. Unit: incidents. */
  count: number | null;
  /** Per cent of all incidents selected. Unit: %. */
  share: number | null;
  /**
   * What the rate is over; null where it is not known of one of the areas. Only with a denominator.
   */
  denominator?: number | null;
  /**
   * Incidents per so many of the denominator and year of 365.25 days covered. Only with a
   * denominator.
   */
  rate?: number | null;
  /** Lower end of the rate's 95 % interval. Only with a denominator. */
  lower?: number | null;
  /** Upper end of the rate's 95 % interval. Only with a denominator. */
  upper?: number | null;
}

/** A number about an area, with that of all areas of the layer, and of a second area. */
export interface ProfileRow {
  /**
   * What it is about: area, residents, incidents, rates, harm, placement, trend, change, hot areas,
   * deprivation, development sites.
   */
  section: string;
  /** What the number is. */
  item: string | null;
  /** Unit of the number. */
  unit: string;
  /**
   * Incidents in the area that the number is computed from; null where it is of none. Unit:
   * incidents.
   */
  count: number | null;
  /** The number; null where it is not known. */
  value: number | null;
  /** Lower end of its 95 % interval. */
  lower: number | null;
  /** Upper end of its 95 % interval. */
  upper: number | null;
  /** Incidents in all areas of the layer that the comparison is computed from. Unit: incidents. */
  comparison_count: number | null;
  /** The same number of all areas of the layer together; null where it is of one area alone. */
  comparison: number | null;
  /**
   * Incidents in the second area that its number is computed from. Unit: incidents. Only with a
   * second area.
   */
  beside_count?: number | null;
  /** The same number of the second area. Only with a second area. */
  beside?: number | null;
  /** Lower end of its 95 % interval. Only with a second area. */
  beside_lower?: number | null;
  /** Upper end of its 95 % interval. Only with a second area. */
  beside_upper?: number | null;
  /** What a reader must know of the number. */
  note: string | null;
}

/** What is of one kind, such as an offence, most harm first; behind it the totals. */
export interface HarmRow {
  /** Key of the row, such as an offence or an area's code. */
  row: string;
  /** Name of the row. */
  row_name: string;
  /** Group of the offence in the harm index; null where it has none. Only with rows=offence. */
  offence_group?: string | null;
  /** Key of the column. Only with columns. */
  column?: string;
  /** Name of the column. Only with columns. */
  column_name?: string;
  /** Days that the data cover. Unit: days. */
  days: number;
  /** Incidents, of known harm or not; null where the data cover no day. Unit: incidents. */
  count: number | null;
  /** Per cent of the incidents. Unit: %. */
  share_of_count: number | null;
  /** 1 for most incidents; equal rows share a rank, and totals have none. */
  rank_by_count: number | null;
  /**
   * Incidents among them that the harm index does not have: no harm is of them. Unit: incidents.
   */
  harm_not_known: number | null;
  /** Harm per incident of known harm: for an offence, what the index says. Unit: days of harm. */
  harm_each: number | null;
  /**
   * Sum of the harm of the incidents; null where of none of them it is known. Unit: days of harm.
   */
  harm: number | null;
  /** Per cent of the harm. Unit: %. */
  share_of_harm: number | null;
  /** 1 for most harm. */
  rank_by_harm: number | null;
  /**
   * Number of incidents of equal harm whose sum would be as uncertain: few, where few serious
   * events make the harm. Unit: incidents.
   */
  effective_number: number | null;
  /** Share of the most harmful single incident in the harm, 0 to 1. */
  largest_share: number | null;
  /** What rates are over; null where it is not known. Only with a denominator. */
  denominator?: number | null;
  /**
   * Incidents per so many of the denominator and year; the method states the unit. Only with a
   * denominator.
   */
  rate?: number | null;
  /** Lower end of the rate's 95 % interval. Only with a denominator. */
  lower?: number | null;
  /** Upper end of the rate's 95 % interval. Only with a denominator. */
  upper?: number | null;
  /** 1 for the highest rate. Only with a denominator. */
  rank_by_rate?: number | null;
  /** Days of harm per so many of the denominator and year. Only with a denominator. */
  harm_rate?: number | null;
  /** Lower end of its 95 % interval. Only with a denominator. */
  harm_rate_lower?: number | null;
  /** Upper end of its 95 % interval. Only with a denominator. */
  harm_rate_upper?: number | null;
  /** 1 for the highest rate of harm. Only with a denominator. */
  rank_by_harm_rate?: number | null;
  /**
   * Change of the incidents per day covered, from the first column with data. Unit: %. Only with
   * columns of the calendar.
   */
  change?: number | null;
  /**
   * p of one rate in both (E-test), two-sided, corrected for all changes of the table. Only with
   * columns of the calendar.
   */
  change_q?: number | null;
  /** The same change of the harm per day covered. Unit: %. Only with columns of the calendar. */
  harm_change?: number | null;
  /** p of one rate of harm in both (Fay 1999), likewise. Only with columns of the calendar. */
  harm_change_q?: number | null;
}

/** A whole step of a series with its process limits, oldest first. */
export interface ProcessControlRow {
  /** First month of the step, ISO. */
  month: string;
  /**
   * Key of the step: 2024-W05, 2023-24 or 2024-11. Only with step=week, financial-year or year-
   * ending.
   */
  step?: string;
  /** First day of the step, ISO. Only with step=week, financial-year or year-ending. */
  first_day?: string;
  /** Days of the step that the data cover. Unit: days. */
  days: number;
  /** Incidents in the step; null where the data cover none of it. Unit: incidents. */
  count: number | null;
  /**
   * Incidents per day or year, as `per` asks, which the limits are of. Unit: as the method states.
   */
  rate: number | null;
  /**
   * The rate without the season, which the limits are then of. Unit: as the method states. Only
   * with season=true.
   */
  rate_adjusted?: number | null;
  /** Limits are made anew in each segment, counted from 1. */
  segment: number;
  /**
   * Distance from the rate of the step before; null after a gap and where a segment begins. Unit:
   * as the method states.
   */
  moving_range: number | null;
  /** Mean of the rates of the segment. Unit: as the method states. */
  mean: number | null;
  /**
   * Lower process limit; 0 where it would be below, as no rate can be. Unit: as the method states.
   */
  lower: number | null;
  /** Two thirds of the way from the mean to the lower limit, or 0. Unit: as the method states. */
  lower_near: number | null;
  /** Two thirds of the way from the mean to the upper limit. Unit: as the method states. */
  upper_near: number | null;
  /** Upper process limit. Unit: as the method states. */
  upper: number | null;
  /** The rules that the step meets: outside limits, trend, two in three, shift; empty if none. */
  rules: string | null;
  /**
   * common cause, or concern, improvement or neither with high or low; null where the step is
   * covered in part or not at all, and is not judged.
   */
  variation: string | null;
}

/** A level of a series, between two step changes, oldest first. */
export interface StepChangeRow {
  /** First day of the level, ISO. */
  first_day: string | null;
  /** Its last day, ISO. */
  last_day: string | null;
  /** Steps of the level that are covered in full. */
  steps: number | null;
  /** Days that the data cover of these. Unit: days. */
  days: number | null;
  /** Incidents in these. Unit: incidents. */
  count: number | null;
  /**
   * Incidents per day or year, as `per` asks; without the season with season=true. Unit: as the
   * method states.
   */
  rate: number | null;
  /**
   * The rate divided by that of the level before; null for the first level and after a level
   * without incidents.
   */
  ratio: number | null;
  /** Probability of a change as clear anywhere in the part searched, if none were there. */
  p_value: number | null;
}

/** A part of the incidents: those of one key of an axis, or those that record none. */
export interface BreakdownRow {
  /** What the rows are of. */
  by: string;
  /** Key of the row, such as a category, an hour or an area's code. */
  key: string;
  /** Name of the row. */
  name: string;
  /** False in the row of what is not recorded or not located. */
  is_recorded: boolean;
  /** Days that the data cover of the row. Unit: days. */
  days: number;
  /** Incidents; null where the data cover none of the row's days. Unit: incidents. */
  count: number | null;
  /**
   * Incidents shared out by minutes over the interval in which each may have happened. Unit:
   * incidents. Only with timing=aoristic.
   */
  aoristic?: number | null;
  /** Per cent of the incidents that record one; null in the rows of those that do not. Unit: %. */
  share: number | null;
  /** Lower end of the share's 95 % interval. Unit: %. */
  lower: number | null;
  /** Upper end of the share's 95 % interval. Unit: %. */
  upper: number | null;
  /** Per cent of all incidents selected. Unit: %. */
  share_of_all: number | null;
  /** Incidents in the baseline period. Unit: incidents. Only with a baseline period. */
  baseline_count?: number | null;
  /** Per cent of the baseline's incidents that record one. Unit: %. Only with a baseline period. */
  baseline_share?: number | null;
  /**
   * Incidents more than the baseline would have in as many days. Unit: incidents. Only with a
   * baseline period.
   */
  change?: number | null;
  /** The same in per cent; null from none. Unit: %. Only with a baseline period. */
  change_percent?: number | null;
  /**
   * Probability of a change as large if the rate were the same (E-test). Only with a baseline
   * period.
   */
  p_value?: number | null;
  /** The p adjusted for all rows of the same axis. Only with a baseline period. */
  q_value?: number | null;
}

/** What is compared, in both periods; the last row is the total. */
export interface ComparisonRow {
  /** Key of the row, such as a category or an area's code. */
  row: string;
  /** Name of the row. */
  row_name: string;
  /** Days that the data cover in the baseline period; of a month or weekday its own. Unit: days. */
  days_before: number;
  /** The same of the later period. Unit: days. */
  days_after: number;
  /** Incidents in the baseline period; null without a day covered. Unit: incidents. */
  count_before: number | null;
  /** Incidents in the later period. Unit: incidents. */
  count_after: number | null;
  /** Later count less the earlier. Unit: incidents. */
  numeric_change: number | null;
  /** The same in per cent of the earlier count; null from zero. Unit: %. */
  percent_change: number | null;
  /** The same in words: up or down, no change, no calculation from zero, or no data in a period. */
  change: string | null;
  /** Change of the incidents per day covered, in per cent. Unit: %. */
  percent_per_day: number | null;
  /** Later incidents per day over earlier ones. */
  ratio: number | null;
  /** Lower end of the ratio's 95 % interval; null where it is open. */
  lower: number | null;
  /** Upper end of it. */
  upper: number | null;
  /**
   * E-test that the incidents per day are the same, two-sided; null for what is not recorded or in
   * no area.
   */
  p_value: number | null;
  /** The same adjusted for the number of rows (Benjamini-Hochberg); null for the total. */
  q_value: number | null;
}

/** A cell of a cross-table; its rows in their order, and within each its columns. */
export interface CrosstabRow {
  /** Key of the row, such as an area's code or a month. */
  row: string;
  /** Name of the row. */
  row_name: string;
  /** Key of the column. */
  column: string;
  /** Name of the column. */
  column_name: string;
  /**
   * Days that the data cover of the cell; where only some days of the week are selected, their
   * weeks. Unit: days.
   */
  days: number;
  /** Incidents; null where the data cover none of the cell's days. Unit: incidents. */
  count: number | null;
  /** Per cent of the incidents of the row. Unit: %. */
  share_of_row: number | null;
  /** Per cent of the incidents of the column. Unit: %. */
  share_of_column: number | null;
  /** Per cent of all incidents selected. Unit: %. */
  share_of_table: number | null;
  /** Incidents per month of 30.4375 days covered. Unit: incidents per month. */
  per_month: number | null;
  /** What the rate is over; null where it is not known. Only with a denominator. */
  denominator?: number | null;
  /**
   * Incidents per so many of the denominator and year of 365.25 days covered. Unit: as the method
   * states. Only with a denominator.
   */
  rate?: number | null;
  /** Lower end of the rate's 95 % interval. Unit: as the method states. Only with a denominator. */
  lower?: number | null;
  /** Upper end of the rate's 95 % interval. Unit: as the method states. Only with a denominator. */
  upper?: number | null;
  /** Whether the data cover a part of the calendar step only. */
  part: boolean;
  /** Events of the calendar step, breaks marked as such. Only with events in the period. */
  events?: string | null;
  /**
   * Mean number of incidents of the areas; null but in the row of the mean. Unit: incidents. Only
   * with compare=mean.
   */
  mean?: number | null;
  /** Per cent of the incidents of all areas. Unit: %. Only with compare=all. */
  share_of_all?: number | null;
  /**
   * Incidents of the whole step, where the data cover a part of it. Unit: incidents. Only with
   * part_steps=projected.
   */
  projected?: number | null;
  /** Lower end of its 95 % predictive interval. Unit: incidents. Only with part_steps=projected. */
  projected_lower?: number | null;
  /** Upper end of its 95 % predictive interval. Unit: incidents. Only with part_steps=projected. */
  projected_upper?: number | null;
  /** Days that the dataset beside covers of the cell. Unit: days. Only with beside_dataset. */
  beside_days?: number | null;
  /** Incidents of the dataset beside. Unit: incidents. Only with beside_dataset. */
  beside_count?: number | null;
  /** Their rate. Unit: as the method states. Only with beside_dataset and a denominator. */
  beside_rate?: number | null;
  /**
   * Lower end of its 95 % interval. Unit: as the method states. Only with beside_dataset and a
   * denominator.
   */
  beside_lower?: number | null;
  /**
   * Upper end of its 95 % interval. Unit: as the method states. Only with beside_dataset and a
   * denominator.
   */
  beside_upper?: number | null;
}

/** A step of a series and its incidents; series by series, the oldest step first. */
export interface TrendRow {
  /** The area of the series, as it is written. Only with area. */
  area?: string;
  /** Name of the area. Only with area. */
  area_name?: string;
  /**
   * Key of the series: a value of what they are by, such as an area's code; total; mean. Only with
   * by.
   */
  series?: string;
  /** Name of the series. Only with by. */
  series_name?: string;
  /** First month of the step, ISO. */
  month: string;
  /**
   * Key of the step: 2024-W05, 2023-24 or 2024-11. Only with step=week, financial-year or year-
   * ending.
   */
  step?: string;
  /** First day of the step, ISO. Only with step=week, financial-year or year-ending. */
  first_day?: string;
  /** Days of the step that the data cover. Unit: days. */
  days: number;
  /** All days of the step. Unit: days. Only with part_steps=marked or part_steps=projected. */
  length?: number;
  /**
   * Whether only some of its days are covered. Only with part_steps=marked or part_steps=projected.
   */
  is_part?: boolean;
  /** Incidents in the step; null where the data cover none of it. Unit: incidents. */
  count: number | null;
  /** Sum of their weights, which the rate is of. Only with measure=weighted or measure=harm. */
  weighted?: number | null;
  /** The count, or the sum of weights; of the mean, per series. Only with compare. */
  value?: number | null;
  /** What the rate is over at that time; null where it is not known. Only with a denominator. */
  denominator?: number | null;
  /**
   * Incidents per day or year, as `per` asks, or per so many of the denominator and year; of the
   * mean, per series. Null where there is no data. Unit: as the method states.
   */
  rate: number | null;
  /** Lower end of the rate's 95 % interval. Unit: as the method states. */
  lower: number | null;
  /** Upper end of the rate's 95 % interval. Unit: as the method states. */
  upper: number | null;
  /**
   * The rate with the records that are not located shared out in proportion to those that are.
   * Unit: as the method states. Only where the share of records located differs by more than
   * chance.
   */
  rate_shared_out?: number | null;
  /**
   * Lower end of its 95 % interval. Unit: as the method states. Only where the share of records
   * located differs by more than chance.
   */
  lower_shared_out?: number | null;
  /**
   * Upper end of its 95 % interval. Unit: as the method states. Only where the share of records
   * located differs by more than chance.
   */
  upper_shared_out?: number | null;
  /**
   * Per cent of the incidents of all series in the step, each counted once. Unit: %. Only with
   * include=share.
   */
  share?: number | null;
  /** Lower end of the share's 95 % interval. Unit: %. Only with include=share. */
  share_lower?: number | null;
  /** Upper end of the share's 95 % interval. Unit: %. Only with include=share. */
  share_upper?: number | null;
  /** Mean of the steps of its quarter or year, or of the year that ends with it. Only with mean. */
  mean?: number | null;
  /** Steps with data that the mean is of. Only with mean. */
  mean_steps?: number;
  /**
   * The same step a year before; null where one of the two is not covered as a whole. Only with
   * include=last-year.
   */
  last_year?: number | null;
  /** The change since then. Only with include=last-year. */
  change?: number | null;
  /** The same in per cent; null from zero. Unit: %. Only with include=last-year. */
  change_percent?: number | null;
  /**
   * The year so far, up to and with the step; null where some of it is not covered. Only with
   * to_date.
   */
  to_date?: number | null;
  /** The same part of the year before. Only with to_date. */
  to_date_last_year?: number | null;
  /** The change since then. Only with to_date. */
  to_date_change?: number | null;
  /** The same in per cent; null from zero. Unit: %. Only with to_date. */
  to_date_change_percent?: number | null;
  /**
   * How many times the rate of its year the month or quarter usually has; null without three whole
   * years. Only with include=season.
   */
  season?: number | null;
  /** The rate without the season. Unit: as the method states. Only with include=season. */
  rate_adjusted?: number | null;
  /** The rate along the line of trend. Unit: as the method states. Only with include=line. */
  line?: number | null;
  /** Lower end of the line's 95 % interval. Unit: as the method states. Only with include=line. */
  line_lower?: number | null;
  /** Upper end of the line's 95 % interval. Unit: as the method states. Only with include=line. */
  line_upper?: number | null;
  /** Change per year along it. Unit: %. Only with include=line. */
  line_change?: number | null;
  /** Lower end of that change's 95 % interval. Unit: %. Only with include=line. */
  line_change_lower?: number | null;
  /** Upper end of that change's 95 % interval. Unit: %. Only with include=line. */
  line_change_upper?: number | null;
  /**
   * What the step comes to when it is over, at the rate of its days covered; of a step that is
   * covered the count itself. Unit: incidents. Only with part_steps=projected.
   */
  projected?: number | null;
  /** Lower end of its 95 % prediction interval. Unit: incidents. Only with part_steps=projected. */
  projected_lower?: number | null;
  /** Upper end of its 95 % prediction interval. Unit: incidents. Only with part_steps=projected. */
  projected_upper?: number | null;
  /** Events of the step, with semicolons between. Only where events apply. */
  events?: string;
}

/** A cluster of incidents, that with most incidents or harm first. */
export interface ClusterRow {
  /** Number of the cluster, 1 for the largest. */
  cluster: number;
  /** 1: a cluster of incidents; 2: one of such clusters. Only with method=nearest-neighbour. */
  order?: number | null;
  /**
   * Number of the cluster of the second order that this one is in. Only with method=nearest-
   * neighbour.
   */
  parent?: number | null;
  /** The nearest street or named place within 250 m of the centre, distinct in the list. */
  name: string | null;
  /** Name of the area that the centre lies in. */
  place: string | null;
  /** Incidents in the cluster. Unit: incidents. */
  count: number | null;
  /** Their days of harm. Unit: days. Only with harm=true. */
  harm?: number | null;
  /** Share of all incidents in the area asked for. */
  share: number | null;
  /**
   * Incidents that would be on its ground, the hull and half a distance around, by chance. Unit:
   * incidents.
   */
  expected: number | null;
  /**
   * P that chance gives any cluster as far beyond what is expected as this one; null where nothing
   * was tested.
   */
  p_value: number | null;
  /** More than chance where that p is at most 0.05, not more than chance, or not tested. */
  class: string | null;
  /** Distinct places of its incidents. */
  places: number | null;
  /** Months in which it has an incident. */
  months: number | null;
  /** Day of its first incident. Only with metres_per_day. */
  first_day?: string | null;
  /** Day of its last incident. Only with metres_per_day. */
  last_day?: string | null;
  /** Ground inside the convex hull; null where its places have none between them. Unit: km². */
  area_km2: number | null;
  /** Incidents per km² of that ground. Unit: incidents per km². */
  density_per_km2: number | null;
  /** Easting of the mean centre. Unit: m. */
  easting_m: number | null;
  /** Northing of the mean centre. Unit: m. */
  northing_m: number | null;
  /** Longer half axis of the standard deviational ellipse; null below three incidents. Unit: m. */
  ellipse_major_m: number | null;
  /** Shorter half axis. Unit: m. */
  ellipse_minor_m: number | null;
  /** Bearing of the longer axis, clockwise from north. Unit: °. */
  ellipse_bearing_deg: number | null;
}

/** Incidents within a distance of a place, or of any place of a set. */
export interface NearRow {
  /** The distance. Unit: m. */
  distance_m: number;
  /** Places of the set with ground of the area within the distance. Unit: places. Only by=set. */
  places?: number;
  /** Number of the place, in the order of its file, from 1. Only by=place. */
  place?: number;
  /** Name of the place. Only by=place. */
  name?: string | null;
  /** Kind of the place. Only by=place. */
  kind?: string | null;
  /** Easting of the place. Unit: m. Only by=place. */
  easting_m?: number;
  /** Northing of the place. Unit: m. Only by=place. */
  northing_m?: number;
  /** Ground of the area within the distance, where circles overlap counted once. Unit: km^2. */
  ground_km2: number;
  /** Share of the area's ground, 0 to 1. */
  ground_share: number;
  /**
   * The measure within the distance, spread evenly over the ground of each area. Only with a
   * denominator.
   */
  denominator?: number | null;
  /** Its share of the whole area's, 0 to 1. Only with a denominator. */
  denominator_share?: number | null;
  /** Incidents within the distance. Unit: incidents. */
  count: number | null;
  /** Share of the incidents of the area, 0 to 1; null where there are none. */
  share: number | null;
  /** Incidents expected at the rate named. */
  expected: number | null;
  /** Incidents for each expected; null where none is. */
  ratio: number | null;
  /** Lower end of its 95 % interval. */
  lower: number | null;
  /** Upper end of its 95 % interval. */
  upper: number | null;
  /** P of a number as far from the expected one, if each incident fell by itself. */
  p_value: number | null;
  /**
   * The same, controlled over all places within one distance (Benjamini and Hochberg). Only
   * by=place.
   */
  q_value?: number | null;
}

/** Where the incidents of a step centre, oldest first. */
export interface CentreRow {
  /** Key of the step, or the whole period. */
  step: string;
  /** First day of the step, ISO. */
  first_day: string;
  /** Days of the step that the data cover. Unit: days. */
  days: number;
  /** Incidents located in the area; null where the data cover none of the step. Unit: incidents. */
  count: number | null;
  /** Easting of the mean centre; null without an incident. Unit: m. */
  easting_m: number | null;
  /** Northing of the mean centre. Unit: m. */
  northing_m: number | null;
  /** Easting of the median centre, from which the sum of distances is least. Unit: m. */
  median_easting_m: number | null;
  /** Northing of the median centre. Unit: m. */
  median_northing_m: number | null;
  /** Root of the mean squared distance from the mean centre. Unit: m. */
  standard_distance_m: number | null;
  /**
   * Longer semi-axis of the standard deviational ellipse; null with fewer than three incidents.
   * Unit: m.
   */
  major_m: number | null;
  /** Its shorter semi-axis. Unit: m. */
  minor_m: number | null;
  /** Direction of the longer axis, clockwise from north. Unit: degrees. */
  bearing_deg: number | null;
  /**
   * Distance from the mean centre of the step with incidents before; null for the first. Unit: m.
   */
  moved_m: number | null;
  /** Lower end of its 95 % interval; 0 where the move may be chance. Unit: m. */
  moved_lower_m: number | null;
  /** Upper end of its 95 % interval. Unit: m. */
  moved_upper_m: number | null;
  /** Direction of the move, clockwise from north. Unit: degrees. */
  moved_bearing_deg: number | null;
  /**
   * P of a move as large if the incidents of both steps fell alike; null with fewer than three in
   * one.
   */
  p_value: number | null;
  /** The same, controlled over all moves (Benjamini and Hochberg). */
  q_value: number | null;
}

/** A function of the distances of incidents at one distance, nearest first. */
export interface PatternRow {
  /** The distance. Unit: m. */
  distance_m: number;
  /**
   * The function of the incidents; null with fewer than two, or where no place is as far from the
   * edge. Unit: as the method states.
   */
  observed: number | null;
  /** Its value for points that fall evenly and independently. Unit: as the method states. */
  theoretical: number | null;
  /**
   * Its mean over the patterns of chance; null where nothing is tested. Unit: as the method states.
   */
  expected: number | null;
  /**
   * Lower bound of the global envelope, which holds 95 % of whole curves of chance. Unit: as the
   * method states.
   */
  lower: number | null;
  /** Its upper bound. Unit: as the method states. */
  upper: number | null;
  /** Whether the function is above, below or inside the envelope, or not tested. */
  position: string | null;
}

/** Pairs of incidents in a band of distance and a band of days. */
export interface KnoxRow {
  /** The bands, half-open: from the first number up to the second. */
  band: string;
  /** Distance from which the band is. Unit: m. */
  from_m: number;
  /** Distance up to which it is, not included; 0 of pairs at the same place. Unit: m. */
  to_m: number;
  /** Days between the dates from which the band is. Unit: days. */
  from_days: number;
  /** Days up to which it is, not included. Unit: days. */
  to_days: number;
  /** Pairs of incidents in the band. Unit: pairs. */
  observed: number | null;
  /** Pairs to be expected if times and places had nothing to do with each other. Unit: pairs. */
  expected: number | null;
  /** Observed by expected; null where none is. */
  ratio: number | null;
  /** P of as many pairs or more in this band by chance. */
  p_value: number | null;
  /** P that chance gives any band of the table as far above its expectation. */
  p_any: number | null;
}

/** Incidents of a class: originator, near repeat, or none of them. */
export interface NearRepeatRow {
  /**
   * near repeat: follows another nearby; originator: is followed and follows none; none: neither.
   */
  class: string;
  /** Incidents of the class. Unit: incidents. */
  count: number | null;
  /** The same as a share of all that were looked at. */
  share: number | null;
  /** Mean number by chance. Unit: incidents. */
  expected: number | null;
  /** In 2.5 % of the random orders it is at most this. */
  lower: number | null;
  /** In 2.5 % of them it is at least this. */
  upper: number | null;
  /** Count by expected; null where none is expected. */
  ratio: number | null;
  /** P of as many or more by chance; of the class none, as few or fewer. */
  p_value: number | null;
}

/** Incidents that are linked one to the other in space and time, the longest chain first. */
export interface RepeatChainRow {
  /** 1 for the longest. */
  rank: number;
  /** Nearest street or place within 250 m of their mean centre, told apart within the answer. */
  name: string | null;
  /** Incidents of the chain. Unit: incidents. */
  incidents: number | null;
  /** Distinct places of these. Unit: places. */
  places: number | null;
  /** Date of the first, ISO. */
  first_day: string | null;
  /** Date of the last, ISO. */
  last_day: string | null;
  /** From the first date to the last, both included. Unit: days. */
  days: number | null;
  /** Largest distance between two of them. Unit: m. */
  extent_m: number | null;
  /** P that chance gives any chain as long. */
  p_value: number | null;
  /** Easting of their mean centre. Unit: m. */
  easting_m: number | null;
  /** Northing of their mean centre. Unit: m. */
  northing_m: number | null;
}

/** A circle around a place with a recent incident, the riskiest first. */
export interface RepeatZoneRow {
  /** 1 for the first in the list. */
  rank: number;
  /** Nearest street or place within 250 m of the place, told apart within the answer. */
  name: string | null;
  /** Incidents at the place within the days that a zone lasts. Unit: incidents. */
  incidents: number | null;
  /** Date of the latest of them, ISO. */
  last_day: string | null;
  /** Days from that date to the day of the list. Unit: days. */
  days_since: number | null;
  /**
   * How many times as many incidents followed within this distance, so many days later, as chance
   * would have.
   */
  ratio: number | null;
  /** P that chance gives any band of days as far above its expectation. */
  p_value: number | null;
  /** Last date on which the zone is one, ISO. */
  expires: string | null;
  /** Radius of the circle. Unit: m. */
  radius_m: number;
  /** Easting of the place. Unit: m. */
  easting_m: number | null;
  /** Northing of the place. Unit: m. */
  northing_m: number | null;
}

/** The largest number of incidents within the window, of all of them or of an area. */
export interface BurstRow {
  /** Code of the area. Only with layer. */
  code?: string;
  /** Name of the area. Only with layer. */
  name?: string | null;
  /** Incidents of the whole period. Unit: incidents. */
  count: number | null;
  /** The largest number within the window. Unit: incidents. */
  largest: number | null;
  /** First date of the earliest such window, ISO; null without incidents. */
  first_day: string | null;
  /** Its last date, ISO. */
  last_day: string | null;
  /** The middle of the largest numbers that chance gives as many incidents. Unit: incidents. */
  usual: number | null;
  /** The least number within any window whose p is at most the level. Unit: incidents. */
  a_lot_from: number | null;
  /** P of a window with as many or more by chance. */
  p_value: number | null;
  /**
   * The same by Naus's approximation, for a window that moves continuously; null where the period
   * has gaps, or is shorter than two windows.
   */
  p_naus: number | null;
  /** P corrected for the number of areas (Benjamini and Hochberg). Only with layer. */
  q_value?: number | null;
}

/**
 * A cluster: the window that chance explains worst, and further ones beside it. Its shape is that
 * of its areas together, or of the window with locations=points.
 */
export interface ScanRow {
  /** 1 for the strongest. */
  rank: number;
  /** Code of the area in its middle. */
  code: string | null;
  /** Name of that area. */
  name: string | null;
  /** high: more incidents than expected; low: fewer. */
  rates: string | null;
  /** Areas or places in it. */
  locations: number | null;
  /** Easting of its middle. Unit: m. */
  easting_m: number | null;
  /** Northing of its middle. Unit: m. */
  northing_m: number | null;
  /** Shortest half axis, from the middle to the outermost place; 0 of a single one. Unit: m. */
  radius_m: number | null;
  /** Longest over shortest axis; 1 of a circle. */
  axis_ratio: number | null;
  /** Angle of the longest axis from east, anticlockwise. Unit: degrees. */
  angle_deg: number | null;
  /** First day of its steps. Only with model=space-time or model=permutation. */
  from?: string | null;
  /** Last day of its steps, inclusive. Only with model=space-time or model=permutation. */
  to?: string | null;
  /** Incidents in it. Unit: incidents. */
  count: number | null;
  /** Controls in it. Unit: records. Only with model=bernoulli. */
  count_controls?: number | null;
  /** Incidents expected. Unit: incidents. */
  expected: number | null;
  /** Observed over expected. */
  ratio: number | null;
  /** The rate in it over that elsewhere; null where all incidents are in it. */
  relative_risk: number | null;
  /** Log likelihood ratio. */
  log_ratio: number | null;
  /** The same, less the penalty of its shape. */
  statistic: number | null;
  /**
   * Share of null maps whose strongest window is as strong: it allows for all windows tried. Null
   * with permutations=0.
   */
  p_value: number | null;
  /**
   * Time in which chance alone gives one so strong once, at one look each step; null without p.
   * Unit: days. Only with prospective=true.
   */
  recurrence_days?: number | null;
}

/** The columns of all rows that hold one value. */
export type ColumnName =
  | "a_lot_from"
  | "above_last"
  | "above_last_lower"
  | "above_last_upper"
  | "added_households"
  | "added_percent_at_most"
  | "added_residents"
  | "added_residents_at_most"
  | "amount"
  | "angle_deg"
  | "aoristic"
  | "area"
  | "area_code"
  | "area_count"
  | "area_km2"
  | "area_layer"
  | "area_name"
  | "area_rate_per_1000"
  | "areas"
  | "axis_ratio"
  | "band"
  | "baseline_count"
  | "baseline_decile"
  | "baseline_rank"
  | "baseline_share"
  | "bearing_deg"
  | "beside"
  | "beside_count"
  | "beside_days"
  | "beside_lower"
  | "beside_rate"
  | "beside_upper"
  | "by"
  | "candidate"
  | "category"
  | "centroid_lat_deg"
  | "centroid_lon_deg"
  | "change"
  | "change_difference"
  | "change_percent"
  | "change_q"
  | "change_q_value"
  | "class"
  | "class_after"
  | "class_before"
  | "cluster"
  | "code"
  | "cold_steps"
  | "column"
  | "column_name"
  | "comparison"
  | "comparison_count"
  | "completed_year"
  | "completion_class"
  | "completions_published"
  | "concern"
  | "concern_by"
  | "concern_date"
  | "concern_level"
  | "context"
  | "control"
  | "count"
  | "count_after"
  | "count_before"
  | "count_beside"
  | "count_controls"
  | "criterion"
  | "cumulative_difference"
  | "cumulative_lower"
  | "cumulative_p_value"
  | "cumulative_share"
  | "cumulative_share_of_ground"
  | "cumulative_share_of_harm"
  | "cumulative_upper"
  | "dataset"
  | "days"
  | "days_after"
  | "days_before"
  | "days_covered"
  | "days_since"
  | "decile"
  | "denominator"
  | "denominator_added"
  | "denominator_estimated"
  | "denominator_share"
  | "density"
  | "density_per_km2"
  | "description"
  | "difference"
  | "difference_percent"
  | "direction"
  | "displacement"
  | "displacement_control"
  | "distance_m"
  | "district"
  | "domain"
  | "easting_m"
  | "effective_number"
  | "effective_number_nearby"
  | "ellipse_bearing_deg"
  | "ellipse_major_m"
  | "ellipse_minor_m"
  | "emerging_class"
  | "events"
  | "expected"
  | "expected_count"
  | "expected_count_ok"
  | "expected_lower"
  | "expected_share"
  | "expected_share_of_harm"
  | "expected_upper"
  | "expected_within"
  | "expires"
  | "extent_m"
  | "field"
  | "file"
  | "finding"
  | "first"
  | "first_day"
  | "first_phase_year"
  | "flag"
  | "flag_name"
  | "from"
  | "from_class"
  | "from_days"
  | "from_m"
  | "funnel"
  | "ground_km2"
  | "ground_share"
  | "group"
  | "harm"
  | "harm_change"
  | "harm_change_q"
  | "harm_each"
  | "harm_lower"
  | "harm_not_known"
  | "harm_rate"
  | "harm_rate_lower"
  | "harm_rate_upper"
  | "harm_upper"
  | "hit_rate"
  | "homes_added"
  | "homes_built"
  | "homes_built_lower"
  | "homes_built_upper"
  | "homes_completed"
  | "homes_not_published"
  | "homes_planned"
  | "homes_planned_not_published"
  | "homes_planned_so_far"
  | "homes_remaining"
  | "homes_to_come"
  | "hot_quarters"
  | "hot_steps"
  | "hotspot_class"
  | "hours"
  | "household_size"
  | "id"
  | "import"
  | "in_a_row"
  | "incidents"
  | "incidents_within"
  | "index"
  | "index_in_a_row"
  | "index_probability"
  | "inside"
  | "is_area"
  | "is_flagged"
  | "is_part"
  | "is_recorded"
  | "is_significant"
  | "island"
  | "item"
  | "key"
  | "kind"
  | "label"
  | "larger"
  | "larger_area"
  | "larger_code"
  | "larger_name"
  | "largest"
  | "largest_share"
  | "largest_share_nearby"
  | "last"
  | "last_day"
  | "last_hot"
  | "last_phase_year"
  | "last_year"
  | "last_z_score"
  | "layer"
  | "layer_title"
  | "length"
  | "length_km"
  | "length_m"
  | "licence"
  | "limits"
  | "line"
  | "line_change"
  | "line_change_lower"
  | "line_change_upper"
  | "line_lower"
  | "line_upper"
  | "located"
  | "located_share"
  | "locations"
  | "log_ratio"
  | "long_run_share"
  | "lower"
  | "lower_near"
  | "lower_shared_out"
  | "major_m"
  | "mass_percent"
  | "mean"
  | "mean_steps"
  | "measure"
  | "median_easting_m"
  | "median_northing_m"
  | "minor_m"
  | "month"
  | "month_only"
  | "months"
  | "most_deprived"
  | "move"
  | "moved_bearing_deg"
  | "moved_lower_m"
  | "moved_m"
  | "moved_upper_m"
  | "moves"
  | "moves_from"
  | "moving_range"
  | "name"
  | "nearest_higher_m"
  | "nearest_hotspot"
  | "nearest_hotspot_m"
  | "nearest_m"
  | "neighbour"
  | "neighbour_name"
  | "neighbours"
  | "northing_m"
  | "not_covered"
  | "not_known"
  | "note"
  | "numeric_change"
  | "observed"
  | "offence_group"
  | "order"
  | "out_of"
  | "outside"
  | "overlay_count"
  | "p_any"
  | "p_naus"
  | "p_permutation"
  | "p_value"
  | "p_value_shared_out"
  | "pai"
  | "pai_lower"
  | "pai_upper"
  | "parent"
  | "part"
  | "part_index"
  | "pei"
  | "pei_lower"
  | "pei_upper"
  | "per_month"
  | "per_year"
  | "percent"
  | "percent_change"
  | "percent_per_day"
  | "period"
  | "periods_flagged"
  | "periods_known"
  | "persistence"
  | "phase"
  | "phases"
  | "place"
  | "places"
  | "plain_class"
  | "position"
  | "priority"
  | "probability"
  | "projected"
  | "projected_lower"
  | "projected_upper"
  | "prominence"
  | "q_value"
  | "q_value_shared_out"
  | "quadrant"
  | "quarters"
  | "radius_m"
  | "rank"
  | "rank_best"
  | "rank_by_count"
  | "rank_by_harm"
  | "rank_by_harm_rate"
  | "rank_by_rate"
  | "rank_worst"
  | "ranking"
  | "rate"
  | "rate_adjusted"
  | "rate_lower"
  | "rate_per_1000"
  | "rate_shared_out"
  | "rate_upper"
  | "rates"
  | "ratio"
  | "ratio_count"
  | "ratio_count_lower"
  | "ratio_count_upper"
  | "ratio_shared_out"
  | "ratio_to_local"
  | "ratio_to_local_lower"
  | "ratio_within"
  | "ratio_within_lower"
  | "ratio_within_upper"
  | "reason"
  | "reasons"
  | "records"
  | "recurrence_days"
  | "reference_count"
  | "reference_share"
  | "rejected"
  | "relative_risk"
  | "residents"
  | "risk"
  | "risk_at_most"
  | "row"
  | "row_name"
  | "rules"
  | "run"
  | "season"
  | "section"
  | "segment"
  | "sentence"
  | "series"
  | "series_name"
  | "sha256"
  | "share"
  | "share_after"
  | "share_before"
  | "share_lower"
  | "share_of_all"
  | "share_of_column"
  | "share_of_count"
  | "share_of_ground"
  | "share_of_harm"
  | "share_of_row"
  | "share_of_table"
  | "share_upper"
  | "shared_sites"
  | "shown"
  | "site_homes_planned"
  | "site_id"
  | "site_names"
  | "sites"
  | "sites_not_published"
  | "size_class"
  | "source"
  | "standard_distance_m"
  | "statistic"
  | "status"
  | "stay_steps"
  | "stays_hot_share"
  | "step"
  | "steps"
  | "superseded"
  | "synthetic"
  | "target"
  | "tests"
  | "theoretical"
  | "title"
  | "to"
  | "to_class"
  | "to_date"
  | "to_date_change"
  | "to_date_change_percent"
  | "to_date_last_year"
  | "to_days"
  | "to_m"
  | "total"
  | "transition"
  | "trend_p_value"
  | "trend_s"
  | "trend_z_score"
  | "unit"
  | "upper"
  | "upper_near"
  | "upper_shared_out"
  | "uses"
  | "usual"
  | "value"
  | "value_beside"
  | "variation"
  | "version"
  | "weight"
  | "weighted"
  | "weighted_after"
  | "weighted_before"
  | "where"
  | "with_code"
  | "without_subcategory"
  | "without_time"
  | "year"
  | "z_score";
