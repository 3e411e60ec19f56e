// What the colours mean, with units; it closes to a strip of colours, and stands in any corner.

import type { HeatLegend } from "../answers/types.ts";
import { byId, fill, h, s } from "../dom.ts";
import { AREA_OPACITY, SUPPRESSED, onGround, type Swatch } from "../map/colours.ts";
import { radiusOf } from "../map/sites.ts";
import { inkNow } from "../map/theme.ts";
import { CORNERS, type Store, type View } from "../view/state.ts";
import type { AreaColours } from "../views/kind.ts";
import { counted, numberWords } from "../words/words.ts";
import { helpFor } from "./help.ts";

const CORNER_WORDS: Record<View["corner"], string> = {
  "bottom-left": "at the bottom left", "top-left": "at the top left", "bottom-right": "at the bottom right",
};
const narrow = window.matchMedia("(max-width: 820px)");

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
  const body = byId("legend-body");
  const title = isTitled ? "Homes planned" : "Development sites";
  if (place.hidden) {
    clearLegend(place);
    byId("legend-title").textContent = title;
    fill(byId("legend-help"), helpFor(title));
  } else body.append(h("h3", {}, title));
  place.hidden = false;
  if (!isTitled) body.append(h("p", { class: "unit" }, "circles grow with the homes planned"));
  body.append(h("ul", {}, ...rows));
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
  fill(byId("legend-body"));
  fill(byId("legend-strip"));
}

/** A patch of a colour as the map shows it over its ground, hatched for what is suppressed. */
export function patchOf(colour: string, opacity = AREA_OPACITY): HTMLElement {
  const patch = h("span", { class: colour === SUPPRESSED ? "patch hatched" : "patch", "aria-hidden": "true" });
  patch.style.backgroundColor = onGround(colour, opacity, inkNow().ground);
  return patch;
}

function draw(
  place: HTMLElement, title: string, unit: string, swatches: readonly Swatch[], note: string,
): void {
  place.hidden = false;
  const rows = swatches.map((each) => {
    const patch = patchOf(each.colour, each.opacity);
    const count = each.count === null ? null : h("span", { class: "count" }, numberWords(each.count));
    return h("li", {}, patch, h("span", { class: "label" }, each.label), count);
  });
  byId("legend-title").textContent = title;
  fill(byId("legend-help"), helpFor(title));
  fill(byId("legend-strip"), ...swatches.map((each) => patchOf(each.colour, each.opacity)));
  fill(
    byId("legend-body"),
    unit ? h("p", { class: "unit" }, unit) : null,
    h("ul", {}, ...rows),
    note ? h("p", { class: "unit" }, note) : null,
  );
}

/** Lets the reader close, open and move the legend; on a telephone it begins closed. */
export function makeLegend(store: Store): void {
  const isOpen = ({ legend }: View): boolean => (legend ? legend === "open" : !narrow.matches);
  const toggle = byId("legend-toggle");
  const move = byId("legend-move");
  const next = (corner: View["corner"]): View["corner"] =>
    CORNERS[(CORNERS.indexOf(corner) + 1) % CORNERS.length] ?? "bottom-left";
  const place = (): void => {
    const view = store.now;
    const open = isOpen(view);
    byId("legend").dataset["corner"] = view.corner;
    byId("legend-body").hidden = !open;
    byId("legend-strip").hidden = open;
    move.hidden = !open;
    toggle.textContent = open ? "Hide" : "Legend";
    toggle.setAttribute("aria-expanded", String(open));
    move.setAttribute("aria-label", `Move the legend: now ${CORNER_WORDS[view.corner]}`);
  };
  toggle.addEventListener("click", () => store.set({ legend: isOpen(store.now) ? "closed" : "open" }));
  move.addEventListener("click", () => store.set({ corner: next(store.now.corner) }));
  narrow.addEventListener("change", place);
  store.listen(place);
  place();
}
