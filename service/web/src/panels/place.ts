// The one place that is asked about: chosen from a list, or offered where a place was found.

import { areasOf, placeLayers } from "../answers/areas.ts";
import type { PageConfig, Place } from "../answers/types.ts";
import { byId, fill, h } from "../dom.ts";
import { layerOf } from "../view/defaults.ts";
import { publishedOf } from "../view/published.ts";
import type { Store, View } from "../view/state.ts";
import { layerWords } from "../words/words.ts";

export type Act = readonly [label: string, act: () => void];

/** The list of places: everywhere, or one area of a coarser layer. */
export class PlaceChoice {
  private readonly list = byId("within", HTMLSelectElement);
  private isFilled = false;

  constructor(private readonly config: PageConfig, private readonly store: Store) {
    fill(this.list, h("option", { value: "" }, "Everywhere"));
    this.list.addEventListener("change", () => store.set({ within: this.list.value, area: "" }));
    for (const event of ["focus", "pointerenter"]) this.list.addEventListener(event, () => void this.fill());
  }

  /** Makes the choice equal to the view. */
  draw(view: View): void {
    const { within } = view;
    const isListed = [...this.list.options].some((each) => each.value === within);
    if (!isListed) this.list.append(h("option", { value: within }, "…"));
    this.list.value = within;
    byId("within-field").hidden = placeLayers(this.config).length === 0 && within === "";
    const place = layerOf(this.config, within.split(":")[0] ?? "");
    const layer = layerOf(this.config, view.layer);
    const isCoarse = place && layer && layer.area_km2 / layer.areas >= place.area_km2 / place.areas;
    byId("within-hint").textContent = isCoarse
      ? `${layerWords(layer.title)} are no smaller than this: choose smaller areas to see differences inside it.` : "";
    byId("within-hint").hidden = !isCoarse;
    this.offerAskable(view);
    if (within) void this.fill();
  }

  /** Of published cells only areas of some layers have numbers. */
  private offerAskable(view: View): void {
    for (const group of this.list.querySelectorAll("optgroup")) {
      group.disabled = !isAskable(this.config, view, group.dataset["layer"] ?? "");
    }
  }

  /** Gives a place that is in no layer, or not listed, its name. */
  name(words: string): void {
    const option = this.list.selectedOptions[0];
    if (option?.textContent === "…") option.textContent = words;
  }

  private async fill(): Promise<void> {
    if (this.isFilled) return;
    this.isFilled = true;
    try {
      for (const layer of placeLayers(this.config)) {
        const areas = [...(await areasOf(layer.id)).values()];
        areas.sort((a, b) => a.label.localeCompare(b.label, "en", { numeric: true }));
        const group = h("optgroup", { label: layerWords(layer.title), "data-layer": layer.id }, ...areas.map((area) =>
          h("option", { value: `${layer.id}:${area.code}` }, area.label)));
        const { within } = this.store.now;
        for (const each of this.list.querySelectorAll(":scope > option")) {
          const { value } = each as HTMLOptionElement;
          if (value && areas.some((area) => value === `${layer.id}:${area.code}`)) each.remove();
        }
        this.list.append(group);
        this.list.value = within;
        this.offerAskable(this.store.now);
      }
    } catch {
      this.isFilled = false; // the list fills when it is opened again; the service says that it is away
    }
  }
}

/** Offers what can be done with a place; the first of it is ready to be chosen by Enter. */
export function offer(name: string, acts: readonly Act[], options: { focus: boolean }): void {
  const card = byId("place-card");
  const close = h("button", { type: "button", class: "close", "aria-label": "Close", "data-testid": "place-close" }, "✕");
  close.addEventListener("click", () => withdraw());
  const buttons = acts.map(([label, act]) => {
    const button = h("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      withdraw();
      act();
    });
    return button;
  });
  fill(card, h("strong", {}, name), ...buttons, close);
  card.hidden = acts.length === 0;
  if (options.focus) buttons[0]?.focus();
}

/** Takes the offer away. */
export function withdraw(): void {
  byId("place-card").hidden = true;
}

function isAskable(config: PageConfig, { dataset }: View, layer: string): boolean {
  return publishedOf(config, dataset)?.layers.includes(layer) !== false;
}

/** What can be done with an area that was found: ask about it alone, or see it among the others. */
export function actsOf(place: Place, store: Store, config: PageConfig): Act[] {
  const { layer, code } = place;
  const of = layer === null ? undefined : layerOf(config, layer);
  if (place.kind !== "area" || !of || !code || !isAskable(config, store.now, of.id)) return [];
  const acts: Act[] = [];
  if (store.now.within !== `${of.id}:${code}`) {
    acts.push([`Show only ${place.name}`, () => store.set({ within: `${of.id}:${code}`, area: "" })]);
  }
  if (store.now.within) acts.push(["Show everywhere", () => store.set({ within: "" })]);
  if (store.now.layer !== of.id) {
    const now = store.now.denominator;
    const isLost = now !== "" && !of.measures.some((each) => each.measure === now);
    const words = `See it among ${of.areas} ${layerWords(of.title)}${isLost ? ` (without ${now})` : ""}`;
    acts.push([words, () => store.set({ layer: of.id, area: code })]);
  }
  return acts;
}
