// Everything about drawn areas that the page begins with: the button, the border on the map, the
// panel. What draws comes when the button is pressed.

import type * as maplibregl from "maplibre-gl";
import type { PageConfig, Place } from "../answers/types.ts";
import { h, prefersStillness } from "../dom.ts";
import type { MapPane } from "../map/pane.ts";
import { Sketch } from "../map/sketch.ts";
import { publishedOf, unitOf } from "../view/published.ts";
import { boundsOf, shapeOf, withinOf, type Shape } from "../view/shape.ts";
import type { Store, View } from "../view/state.ts";
import { stepOf } from "../words/months.ts";
import { numberWords } from "../words/words.ts";
import { clearDrawn, showDrawn } from "./drawn.ts";
import type { Act } from "./place.ts";
import { showFailure } from "./status.ts";

const AROUND_M = 500; // of a place that was searched for

export class DrawControl implements maplibregl.IControl {
  private readonly sketch: Sketch;
  private readonly button = h("button", {
    type: "button", class: "draw", "data-testid": "draw", "aria-label": "Draw an area", title: "Draw an area",
  }, h("span", { "aria-hidden": "true" }, "\u2b21"));
  private readonly group = h("div", { class: "maplibregl-ctrl maplibregl-ctrl-group" }, this.button);
  private asked = "";
  private turn = new AbortController(); // the panel has questions of its own

  constructor(private readonly pane: MapPane, private readonly config: PageConfig, private readonly store: Store) {
    this.sketch = new Sketch(pane.map);
    this.button.addEventListener("click", () => void this.begin());
    pane.map.addControl(this, "top-right");
  }

  onAdd(): HTMLElement {
    return this.group;
  }

  onRemove(): void {
    this.group.remove();
  }

  /** Makes border and panel those of the view. */
  draw(view: View): void {
    const shape = shapeOf(view.within);
    // Of what is published only areas of layers have numbers.
    this.group.hidden = publishedOf(this.config, view.dataset) !== null;
    void this.pane.ready.then(() => {
      if (!this.pane.isDrawing) this.sketch.show(shapeOf(this.store.now.within));
    });
    const question = shape ? JSON.stringify([view.dataset, view.from, view.to, view.categories, view.within, view.drawn]) : "";
    if (question === this.asked) return;
    this.asked = question;
    this.turn.abort();
    if (!shape) return clearDrawn();
    this.turn = new AbortController();
    showDrawn(view, shape, stepOf(unitOf(this.config, view.dataset)), this.turn.signal, {
      edit: () => void this.begin(shape),
      zoom: () => this.lookAt(shape),
      clear: () => this.store.set({ within: "", drawn: "", area: "" }),
    });
  }

  /** Brings a drawn area into view. */
  lookAt(shape: Shape): void {
    this.pane.map.fitBounds(boundsOf(shape), { padding: 80, maxZoom: 16, animate: !prefersStillness(), duration: 600 });
  }

  /** What can be done with a place that has a point: ask about what is around it. */
  actsFor(place: Place): Act[] {
    const { point, name } = place;
    if (!point || publishedOf(this.config, this.store.now.dataset)) return [];
    const within = withinOf({ kind: "circle", centre: point, radius: AROUND_M });
    const words = `${numberWords(AROUND_M)} m around ${name}`;
    return [[words, () => this.store.set({ within, drawn: words, area: "" })]];
  }

  private async begin(shape?: Shape): Promise<void> {
    if (this.pane.isDrawing) return;
    this.pane.isDrawing = true;
    this.button.disabled = true;
    document.body.dataset["sheet"] = "map";
    try {
      const { Drawing } = await import("./drawing.ts");
      const { drawn } = this.store.now;
      new Drawing(this.pane.map, this.sketch, shape ? { shape, name: drawn } : {}, (result) => {
        this.end();
        this.sketch.show(result?.shape ?? shapeOf(this.store.now.within));
        if (result) this.store.set({ within: withinOf(result.shape), drawn: result.name, area: "" });
        this.button.focus();
      });
    } catch (error) {
      this.end();
      showFailure(error, () => void this.begin(shape));
    }
  }

  private end(): void {
    this.pane.isDrawing = false;
    this.button.disabled = false;
  }
}
