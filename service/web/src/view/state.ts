// What is looked at: one plain object, in the address of the page, that everything is drawn from.

import { CHOICE_NAMES, FIRST_CHOICES, chosenIn, type Choices } from "./choices.ts";

export const VIEWS = [
  "heatmap", "choropleth", "hotspots", "emerging", "change", "when", "clusters", "patrols", "repeats", "growth",
] as const;
export type ViewName = (typeof VIEWS)[number];
export const GROWTH_KINDS = ["sites", "forecast", "priorities"] as const;
export type GrowthKind = (typeof GROWTH_KINDS)[number];

export const CORNERS = ["bottom-left", "top-left", "bottom-right"] as const;
export const PANELS = ["numbers", "charts", "quality", "about"] as const;
export type PanelName = (typeof PANELS)[number];

export interface View {
  view: ViewName;
  dataset: string;
  from: string;
  to: string;
  categories: readonly string[];
  layer: string;
  within: string; // the one place that is asked about, layer:code or a shape; empty: everywhere
  drawn: string; // what the reader calls the drawn area that is asked about
  measure: string; // of areas; empty: the usual one
  usualMeasure: string; // what areas of this layer show by default
  tested: string; // measure of hotspots; empty: the usual one
  usualTest: string; // what hotspots of this dataset and layer are of by default
  denominator: string;
  bandwidth: string; // metres, or the name of a rule; empty: the usual one
  usualBandwidth: string; // metres, by the size of the place
  step: string; // of emerging hot spots
  choices: Choices; // what only some views let choose
  growth: GrowthKind;
  distance: number; // metres around a site
  outline: string; // layer whose borders are drawn over everything, or "none"
  sites: boolean;
  before: { from: string; to: string } | null; // the other period of a comparison
  pool: readonly string[]; // periods that share the classes while it plays; never in the address
  split: number; // where the two periods meet, per cent from the left
  area: string; // code of the selected area or site
  panel: PanelName; // what stands beside the map
  sort: string; // column, with "-" before it from high to low; empty: as answered
  at: { zoom: number; lat: number; lon: number } | null;
  cited: string; // version of the data and digest of the rows that a link cites; empty: none
  scheme: string; // how values are divided into classes
  legend: "" | "open" | "closed"; // empty: open where there is room
  corner: (typeof CORNERS)[number]; // of the map, where the legend stands
}

/** The measure of areas that is shown. */
export function measureOf(view: View): string {
  return view.measure || view.usualMeasure;
}

/** The bandwidth of the heat map: metres, or the name of a rule. */
export function bandwidthOf(view: View): string {
  return view.bandwidth || view.usualBandwidth;
}

type Listener = (now: View, before: View) => void;

/** Holds the view, tells who listens, and keeps the address of the page equal to it. */
export class Store {
  private readonly listeners: Listener[] = [];
  private written = "";

  constructor(
    private view: View,
    private readonly defaults: View,
    private readonly fit: (view: View) => View,
  ) {}

  get now(): View {
    return this.view;
  }

  /** Changes some of the view, as far as it can be shown; nobody is told where nothing changed. */
  set(patch: Partial<View>, options: { quiet?: boolean } = {}): void {
    const before = this.view;
    let now = this.fit({ ...before, ...patch });
    if (now.cited === before.cited && !isSameQuestion(now, before)) now = { ...now, cited: "" };
    if (JSON.stringify(now) === JSON.stringify(before)) return;
    this.view = now;
    this.write();
    if (!options.quiet) for (const listener of this.listeners) listener(now, before);
  }

  /** The view that an address names, as far as it can be shown. */
  read(hash: string): View {
    return this.fit(fromHash(hash, this.defaults));
  }

  /** Shows the view of an address. */
  open(hash: string): void {
    this.set(this.read(hash));
  }

  /** The whole address of a view. */
  linkTo(view: View): string {
    return `${window.location.href.split("#")[0] ?? ""}${toHash(view, this.defaults)}`;
  }

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  /** Takes the view from the address when the reader goes back or changes it by hand. */
  follow(read: (hash: string) => View): void {
    window.addEventListener("hashchange", () => {
      if (window.location.hash === this.written) return;
      const before = this.view;
      this.view = read(window.location.hash);
      this.written = window.location.hash;
      for (const listener of this.listeners) listener(this.view, before);
    });
  }

  private write(): void {
    const hash = toHash(this.view, this.defaults);
    if (hash === window.location.hash) return;
    this.written = hash;
    window.history.replaceState(null, "", hash || window.location.pathname);
  }
}

const PLAIN = [
  "dataset", "from", "to", "layer", "within", "drawn", "measure", "tested", "denominator", "bandwidth", "step", "outline",
  "area", "sort", "cited", "scheme",
] as const;

/** Whether two views have the same answers. */
export function isSameQuestion(one: View, other: View): boolean {
  const question = (view: View): string =>
    JSON.stringify({ ...view, area: "", sort: "", panel: "", at: null, split: 0, cited: "", legend: "", corner: "" });
  return question(one) === question(other);
}

/** The view as the part of the address after #; it is never sent to the service. */
export function toHash(view: View, defaults: View): string {
  const words = new URLSearchParams();
  words.set("view", view.view);
  for (const name of PLAIN) {
    const always = name === "dataset" || name === "from" || name === "to";
    if (always || view[name] !== defaults[name]) words.set(name, view[name]);
  }
  // A link names what is shown or tested, so that an import does not change it.
  if (view.view === "heatmap") words.set("bandwidth", bandwidthOf(view));
  if (view.view === "choropleth") words.set("measure", measureOf(view));
  if (view.view === "hotspots") words.set("tested", view.tested || view.usualTest);
  for (const category of view.categories) words.append("category", category);
  for (const name of CHOICE_NAMES) {
    if (view.choices[name] !== FIRST_CHOICES[name]) words.set(name, view.choices[name]);
  }
  if (view.panel !== defaults.panel) words.set("panel", view.panel);
  if (view.growth !== defaults.growth) words.set("growth", view.growth);
  if (view.distance !== defaults.distance) words.set("distance", String(view.distance));
  if (view.sites !== defaults.sites) words.set("sites", view.sites ? "yes" : "no");
  if (view.before) {
    words.set("before_from", view.before.from);
    words.set("before_to", view.before.to);
    words.set("split", String(Math.round(view.split)));
  }
  if (view.legend) words.set("legend", view.legend);
  if (view.corner !== defaults.corner) words.set("corner", view.corner);
  if (view.at) {
    const { zoom, lat, lon } = view.at;
    words.set("at", `${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`);
  }
  return `#${words.toString().replaceAll("%2F", "/").replaceAll("%3A", ":")}`;
}

/** The view that an address names; what it leaves out or misspells is as in `defaults`. */
export function fromHash(hash: string, defaults: View): View {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const view: View = { ...defaults };
  for (const name of PLAIN) {
    const word = words.get(name);
    if (word !== null) view[name] = word;
  }
  view.view = oneOf(VIEWS, words.get("view"), defaults.view);
  view.growth = oneOf(GROWTH_KINDS, words.get("growth"), defaults.growth);
  view.panel = oneOf(PANELS, words.get("panel"), defaults.panel);
  view.categories = words.getAll("category");
  view.choices = chosenIn((name) => words.get(name));
  view.legend = oneOf(["open", "closed"] as const, words.get("legend"), "");
  view.corner = oneOf(CORNERS, words.get("corner"), defaults.corner);
  view.distance = number(words.get("distance"), 1, 50_000) ?? defaults.distance;
  view.split = number(words.get("split"), 0, 100) ?? defaults.split;
  const sites = words.get("sites");
  if (sites !== null) view.sites = sites === "yes";
  const from = words.get("before_from");
  const to = words.get("before_to");
  view.before = isMonth(from) && isMonth(to) ? { from, to } : null;
  for (const name of ["from", "to"] as const) if (!isMonth(view[name])) view[name] = defaults[name];
  const [zoom, lat, lon] = (words.get("at") ?? "").split("/").map(Number);
  const isPlace = [zoom, lat, lon].every((part) => part !== undefined && Number.isFinite(part));
  view.at = isPlace ? { zoom: zoom ?? 0, lat: lat ?? 0, lon: lon ?? 0 } : null;
  return view;
}

function oneOf<Word extends string, Otherwise extends string = Word>(
  words: readonly Word[],
  given: string | null,
  otherwise: Otherwise,
): Word | Otherwise {
  return words.find((word) => word === given) ?? otherwise;
}

function number(text: string | null, least: number, most: number): number | null {
  const value = text === null || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= least && value <= most ? value : null;
}

function isMonth(text: string | null): text is string {
  return text !== null && /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}
