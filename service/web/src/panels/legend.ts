// What the colours mean, with units.

import type { HeatLegend } from "../answers/types.ts";
import { fill, h, s } from "../dom.ts";
import { SUPPRESSED, type Swatch } from "../map/colours.ts";
import { radiusOf } from "../map/sites.ts";
import type { AreaColours } from "../views/kind.ts";
import { counted, numberWords } from "../words/words.ts";
import { helpFor } from "./help.ts";

/** Shows the classes of the areas. */
export function drawAreaLegend(place: HTMLElement, colours: AreaColours, note = ""): void {
  draw(place, colours.title, colours.unit, colours.swatches, note);
}

const SIZES = [100, 1000, 5000];

/** Adds what the circles of development sites mean. */
export function addSiteSizes(place: HTMLElement, isTitled: boolean): void {
  const most = 2 * radiusOf(SIZES.at(-1) ?? 0) + 2;
  const rows = SIZES.map((homes) => h("li", {},
    s("svg", { width: most, height: 2 * radiusOf(homes) + 2, "aria-hidden": "true" },
      s("circle", { cx: most / 2, cy: radiusOf(homes) + 1, r: radiusOf(homes), class: "site-size" })),
    h("span", { class: "label" }, counted(homes, "home"))));
  if (place.hidden) fill(place);
  place.hidden = false;
  place.append(h("h2", {}, isTitled ? "Homes planned" : "Development sites"));
  if (!isTitled) place.append(h("p", { class: "unit" }, "circles grow with the homes planned"));
  place.append(h("ul", {}, ...rows));
}

/** Shows the classes of a heat map. */
export function drawHeatLegend(place: HTMLElement, legend: HeatLegend, note = ""): void {
  const swatches = legend.classes.map((each): Swatch => ({ ...each, count: null }));
  const unit = legend.unit.charAt(0).toUpperCase() + legend.unit.slice(1);
  draw(place, unit, legend.subtitle, swatches, note);
}

/** An empty legend says so by not being there. */
export function clearLegend(place: HTMLElement): void {
  place.hidden = true;
  fill(place);
}

/** A patch of a colour, hatched for what is suppressed. */
export function patchOf(colour: string): HTMLElement {
  const patch = h("span", { class: colour === SUPPRESSED ? "patch hatched" : "patch", "aria-hidden": "true" });
  patch.style.backgroundColor = colour;
  return patch;
}

function draw(
  place: HTMLElement, title: string, unit: string, swatches: readonly Swatch[], note: string,
): void {
  place.hidden = false;
  const rows = swatches.map((each) => {
    const patch = patchOf(each.colour);
    const count = each.count === null ? null : h("span", { class: "count" }, numberWords(each.count));
    return h("li", {}, patch, h("span", { class: "label" }, each.label), count);
  });
  fill(
    place,
    h("div", { class: "legend-title" }, h("h2", {}, title), helpFor(title)),
    unit ? h("p", { class: "unit" }, unit) : null,
    h("ul", {}, ...rows),
    note ? h("p", { class: "unit" }, note) : null,
  );
}
