// The choices: filled from the configuration, drawn from the view, changing the view.

import type { Dataset, PageConfig } from "../answers/types.ts";
import { byId, fill, h } from "../dom.ts";
import { CHOICES, CHOICE_NAMES } from "../view/choices.ts";
import { movedTo, pairOf, pairWarning } from "../view/comparing.ts";
import { BANDWIDTHS, datasetOf, denominatorsOf, isGrid, possible, schemesOf } from "../view/defaults.ts";
import { publishedOf, stepsOf, unitOf } from "../view/published.ts";
import { GROWTH_KINDS, bandwidthOf, type Store, type View } from "../view/state.ts";
import { FIELDS } from "../views/kind.ts";
import { VIEW_KINDS, kindOf } from "../views/registry.ts";
import { isoMonth, monthNumber, monthShort } from "../words/months.ts";
import {
  MEASURE_WORDS, OVER_DENOMINATOR, SCHEME_WORDS, capital, counted, layerWords, numberWords, plainTitle,
} from "../words/words.ts";

const DISTANCES = [250, 500, 1000, 1500, 2000, 5000];
const GRIDS = [["hex:2000", "Hexagons, 2 km"], ["hex:1000", "Hexagons, 1 km"]] as const;

type Option = readonly [value: string, words: string];

export class Controls {
  constructor(
    private readonly store: Store,
    private readonly config: PageConfig,
    private readonly defaults: View,
  ) {
    this.makeViews();
    this.makeGrowthKinds();
    this.makeChoices();
    this.onChange("dataset", (value) => this.ofDataset(value));
    this.onChange("from", (value) => this.ofPeriod(value, value > this.store.now.to ? value : this.store.now.to));
    this.onChange("to", (value) => this.ofPeriod(value < this.store.now.from ? value : this.store.now.from, value));
    this.onChange("layer", (value) => ({ layer: value, area: "" }));
    this.onChange("measure", (value) => ({ ...kindOf(this.store.now).measures?.choice(value), sort: "" }));
    this.onChange("denominator", (value) => ({ denominator: value }));
    this.onChange("scheme", (value) => ({ scheme: value }));
    this.onChange("step", (value) => ({ step: value }));
    this.onChange("distance", (value) => ({ distance: Number(value) }));
    this.onChange("outline", (value) => ({ outline: value }));
    this.onChange("before-from", (value) => this.baseline({ from: value }));
    this.onChange("before-to", (value) => this.baseline({ to: value }));
    byId("sites", HTMLInputElement).addEventListener("change", (event) =>
      this.set({ sites: (event.target as HTMLInputElement).checked }));
    byId("compare", HTMLInputElement).addEventListener("change", (event) =>
      this.set((event.target as HTMLInputElement).checked ? this.pair() : { before: null }));
    this.makeBandwidth();
    byId("categories").addEventListener("change", () => this.set({ categories: this.ticked(), area: this.store.now.area }));
    byId("software").textContent = config.software;
  }

  private set(patch: Partial<View>): void {
    this.store.set(possible({ ...this.store.now, ...patch }, this.config, this.defaults));
  }

  private onChange(id: string, patch: (value: string) => Partial<View>): void {
    byId(id).addEventListener("change", (event) =>
      this.set(patch((event.target as HTMLSelectElement).value)));
  }

  private makeViews(): void {
    fill(byId("views"), ...VIEW_KINDS.map(({ name, title }) =>
      h("label", { "data-testid": `view-${name}` },
        h("input", { type: "radio", name: "view", value: name }), title)));
    byId("views").addEventListener("change", (event) => {
      const view = (event.target as HTMLInputElement).value as View["view"];
      this.set({ view, sort: "" });
    });
  }

  private makeGrowthKinds(): void {
    fill(byId("growth-kinds"), ...GROWTH_KINDS.map((name) =>
      h("label", { "data-testid": `growth-${name}` },
        h("input", { type: "radio", name: "growth", value: name }), capital(name))));
    byId("growth-kinds").addEventListener("change", (event) =>
      this.set({ growth: (event.target as HTMLInputElement).value as View["growth"], sort: "" }));
  }

  private makeChoices(): void {
    fill(byId("choices"), ...CHOICE_NAMES.map((name) =>
      h("div", { class: "field", id: `${name}-field` },
        h("label", { for: name }, CHOICES[name].label), h("select", { id: name, "data-testid": name }))));
    for (const name of CHOICE_NAMES) {
      options(name, CHOICES[name].values, this.store.now.choices[name]);
      this.onChange(name, (value) => ({ choices: { ...this.store.now.choices, [name]: value }, sort: "" }));
    }
  }

  private ofPeriod(from: string, to: string): Partial<View> {
    const { now } = this.store;
    return movedTo(now, { from, to }, datasetOf(this.config, now.dataset));
  }

  /** Another dataset; two periods are compared there again where they were. */
  private ofDataset(dataset: string): Partial<View> {
    const { before } = this.store.now;
    const patch = { dataset, categories: [], area: "", step: "month", before: null };
    if (!before) return patch;
    const { from, to } = possible({ ...this.store.now, ...patch }, this.config, this.defaults);
    return { ...patch, ...pairOf({ from, to }, datasetOf(this.config, dataset)) };
  }

  /** The bandwidths that may be asked for. */
  private bandwidths(): number[] {
    const least = publishedOf(this.config, this.store.now.dataset)?.minimum_bandwidth_m ?? 0;
    return BANDWIDTHS.filter((each) => each >= least);
  }

  private makeBandwidth(): void {
    const slider = byId("bandwidth", HTMLInputElement);
    const auto = byId("bandwidth-auto", HTMLInputElement);
    slider.min = "0";
    const chosen = (): string => String(this.bandwidths()[Number(slider.value)]);
    slider.addEventListener("input", () => {
      byId("bandwidth-words").textContent = `${numberWords(Number(chosen()))} m`;
    });
    slider.addEventListener("change", () => this.set({ bandwidth: chosen() }));
    auto.addEventListener("change", () => this.set({ bandwidth: auto.checked ? "auto" : chosen() }));
  }

  private ticked(): string[] {
    const boxes = [...byId("categories").querySelectorAll<HTMLInputElement>("input")];
    const ticked = boxes.filter((box) => box.checked).map((box) => box.value);
    return ticked.length === boxes.length ? [] : ticked;
  }

  private baseline(patch: { from?: string; to?: string }): Partial<View> {
    const before = { ...(this.store.now.before ?? this.store.now), ...patch };
    if (before.from > before.to) return { before: patch.from ? { from: patch.from, to: patch.from } : { from: before.to, to: before.to } };
    return { before };
  }

  /** Two periods to begin a comparison with. */
  private pair(): Partial<View> {
    const { from, to, dataset } = this.store.now;
    return pairOf({ from, to }, datasetOf(this.config, dataset));
  }

  /** Makes the choices equal to the view. */
  draw(view: View): void {
    const dataset = datasetOf(this.config, view.dataset);
    for (const name of ["views", "growth-kinds"] as const) {
      const wanted = name === "views" ? view.view : view.growth;
      for (const radio of byId(name).querySelectorAll("input")) radio.checked = radio.value === wanted;
    }
    byId("view-hint").textContent = kindOf(view).hint;
    options("dataset", this.config.datasets.map((each) => [each.id, plainTitle(each.title)]), view.dataset);
    if (dataset) this.drawPeriods(view, dataset);
    this.drawLayers(view);
    this.drawMeasures(view);
    const bandwidth = bandwidthOf(view);
    const isAuto = !/^\d/.test(bandwidth);
    byId("bandwidth-auto", HTMLInputElement).checked = isAuto;
    const slider = byId("bandwidth", HTMLInputElement);
    const bandwidths = this.bandwidths();
    slider.disabled = isAuto;
    byId("bandwidth-auto", HTMLInputElement).disabled = publishedOf(this.config, view.dataset) !== null;
    slider.max = String(bandwidths.length - 1);
    if (!isAuto) slider.value = String(bandwidths.indexOf(Number(bandwidth)));
    const words = isAuto ? "by the data" : `${numberWords(Number(bandwidth))} m`;
    byId("bandwidth-words").textContent = words;
    slider.setAttribute("aria-valuetext", words);
    const schemes = schemesOf(this.config).filter((name) => name in SCHEME_WORDS || name === view.scheme);
    options("scheme", schemes.map((name) => [name, SCHEME_WORDS[name] ?? name]), view.scheme);
    options("step", stepsOf(this.config, view.dataset).map((each) => [each, each]), view.step);
    const least = publishedOf(this.config, view.dataset)?.minimum_bandwidth_m ?? 0;
    const distances = [...new Set([...DISTANCES.filter((m) => m >= least), view.distance])].sort((a, b) => a - b);
    options("distance", distances.map((m) => [String(m), `${numberWords(m)} m of a site`]), String(view.distance));
    options("outline", [["none", "none"], ...this.config.layers.map((each): Option => [each.id, layerWords(each.title)])], view.outline);
    byId("sites", HTMLInputElement).checked = view.sites;
    byId("compare", HTMLInputElement).checked = view.before !== null;
    if (dataset) this.drawCategories(view, dataset);
    this.showFields(view);
  }

  private showFields(view: View): void {
    const show = (id: string, shown: boolean): void => { byId(id).hidden = !shown; };
    const { fields, measures } = kindOf(view);
    const shown = fields(view);
    const own: readonly string[] = kindOf(view).choices ?? [];
    for (const name of CHOICE_NAMES) {
      show(`${name}-field`, own.includes(name));
      byId(name, HTMLSelectElement).value = view.choices[name];
    }
    for (const field of FIELDS) show(`${field}-field`, shown.includes(field));
    show("denominator-field", measures !== null && OVER_DENOMINATOR.has(measures.of(view)));
    show("categories-field", publishedOf(this.config, view.dataset)?.by_category !== false);
    show("sites-field", this.config.sites !== null && shown.includes("sites"));
    show("before-field", view.before !== null);
    show("compare-check", kindOf(view).compared !== null);
    const warning = view.before ? pairWarning(view, view.before) : "";
    show("before-warning", warning !== "");
    byId("before-warning").textContent = warning;
    const isPublished = publishedOf(this.config, view.dataset) !== null;
    for (const radio of byId("views").querySelectorAll("input")) {
      const { needsRecords = false } = VIEW_KINDS.find((kind) => kind.name === radio.value) ?? {};
      radio.disabled = needsRecords && isPublished && !radio.checked;
      radio.parentElement?.setAttribute("title", radio.disabled ? "Not of published counts: it reads places of records." : "");
    }
  }

  private drawPeriods(view: View, dataset: Dataset): void {
    if (dataset.from === null || dataset.to === null) return;
    const [first, last] = [monthNumber(dataset.from), monthNumber(dataset.to)];
    const months = Array.from({ length: last - first + 1 }, (_, k) => isoMonth(first + k));
    const unit = unitOf(this.config, dataset.id);
    const begins = months.filter((each) => monthNumber(each) % unit === 0).map(monthOption);
    const ends = months.filter((each) => (monthNumber(each) + 1) % unit === 0).map(monthOption);
    options("from", begins, view.from);
    options("to", ends, view.to);
    if (view.before) {
      options("before-from", begins, view.before.from);
      options("before-to", ends, view.before.to);
    }
    const years = [...new Set(months.map((each) => each.slice(0, 4)))].slice(-5);
    const presets: [words: string, from: string, to: string][] = years.map((year) => [
      year, isoMonth(Math.max(first, Number(year) * 12)), isoMonth(Math.min(last, Number(year) * 12 + 11)),
    ]);
    presets.push(["All", isoMonth(first), isoMonth(last)]);
    const chips = presets.map(([words, from, to]) => {
      const isNow = view.from === from && view.to === to;
      const chip = h("button", { type: "button", "aria-pressed": String(isNow), "data-preset": words }, words);
      chip.addEventListener("click", () => {
        this.set(this.ofPeriod(from, to));
        byId("presets").querySelector<HTMLElement>(`[data-preset="${words}"]`)?.focus();
      });
      return chip;
    });
    fill(byId("presets"), ...chips);
  }

  private drawLayers(view: View): void {
    const published = publishedOf(this.config, view.dataset);
    const layers = this.config.layers
      .filter((each) => !published || published.layers.includes(each.id))
      .map((each): Option => [each.id, `${layerWords(each.title)} (${numberWords(each.areas)})`]);
    const grids: Option[] = !kindOf(view).hasGrids || published ? [] : [...GRIDS];
    if (isGrid(view.layer) && !grids.some(([id]) => id === view.layer)) grids.push([view.layer, view.layer]);
    options("layer", [...layers, ...grids], view.layer);
  }

  private drawMeasures(view: View): void {
    const names = denominatorsOf(this.config, view.layer);
    const { measures } = kindOf(view);
    if (!measures) return;
    const possible = measures.names.filter((name) => names.length > 0 || !OVER_DENOMINATOR.has(name));
    const measure = measures.of(view);
    const chosen = possible.includes(measure) ? measure : "count";
    options("measure", possible.map((name) => [name, MEASURE_WORDS[name] ?? name]), chosen);
    options("denominator", names.map((name) => [name, capital(name)]), view.denominator);
  }

  private drawCategories(view: View, dataset: Dataset): void {
    const place = byId("categories");
    if (place.dataset["of"] !== dataset.id) {
      place.dataset["of"] = dataset.id;
      const most = [...dataset.categories].sort((a, b) =>
        (dataset.records_by_category[b] ?? 0) - (dataset.records_by_category[a] ?? 0));
      fill(place, ...most.map((name) =>
        h("label", { class: "check" }, h("input", { type: "checkbox", value: name }), name,
          h("span", { class: "number" }))));
    }
    for (const box of place.querySelectorAll("input")) box.checked = view.categories.includes(box.value);
    const count = view.categories.length;
    byId("categories-words").textContent = count === 0 ? "all" : counted(count, "chosen", "chosen");
  }
}

function monthOption(month: string): Option {
  return [month, monthShort(month)];
}

/** Fills a list of choices where it has changed, and chooses one. */
function options(id: string, choices: readonly Option[], chosen: string): void {
  const list = byId(id, HTMLSelectElement);
  const key = JSON.stringify(choices);
  if (list.dataset["choices"] !== key) {
    list.dataset["choices"] = key;
    fill(list, ...choices.map(([value, words]) => h("option", { value }, words)));
  }
  list.value = chosen;
}
