// What the colours mean, with units; two legends where two periods have their own.

import type { AreaColours } from "./answers.ts";
import { heatRamp, type Swatch } from "./colours.ts";
import { fill, h } from "./dom.ts";
import type { HeatSummary } from "./types.ts";
import { numberWords } from "./words.ts";

/** Shows the classes of the areas. */
export function drawAreaLegend(place: HTMLElement, colours: AreaColours, note = ""): void {
  draw(place, colours.title, colours.unit, colours.swatches, note);
}

/** Shows the classes of a heat map, highest first as on the other legends of densities. */
export function drawHeatLegend(place: HTMLElement, summary: HeatSummary, note = ""): void {
  const ramp = heatRamp(summary.breaks.length);
  const classes = summary.breaks.map((from, k): Swatch => {
    const to = summary.breaks[k + 1];
    const label = to === undefined ? `${numberWords(from)} and more` : `${numberWords(from)} to ${numberWords(to)}`;
    return { label, colour: ramp[k] as string, count: null, lower: from, upper: to ?? null };
  });
  const bandwidth = `bandwidth ${numberWords(summary.bandwidth_m)} m`;
  const rule = summary.bandwidth_rule === "given" ? "" : `, by ${summary.bandwidth_rule.replaceAll("-", " ")}`;
  draw(place, "Incidents per km²", bandwidth + rule, classes.reverse(), note);
}

/** An empty legend says so by not being there. */
export function clearLegend(place: HTMLElement): void {
  place.hidden = true;
  fill(place);
}

function draw(
  place: HTMLElement, title: string, unit: string, swatches: readonly Swatch[], note: string,
): void {
  place.hidden = false;
  const rows = swatches.map((each) => {
    const patch = h("span", { class: "patch", "aria-hidden": "true" });
    patch.style.backgroundColor = each.colour;
    const count = each.count === null ? null : h("span", { class: "count" }, numberWords(each.count));
    return h("li", {}, patch, h("span", { class: "label" }, each.label), count);
  });
  fill(
    place,
    h("h2", {}, title),
    unit ? h("p", { class: "unit" }, unit) : null,
    h("ul", {}, ...rows),
    note ? h("p", { class: "unit" }, note) : null,
  );
}
