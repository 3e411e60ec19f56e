// A button of the map that brings back everything there is to see.

import type { IControl } from "maplibre-gl";
import { h, s } from "../dom.ts";

export class HomeControl implements IControl {
  private readonly element: HTMLElement;

  constructor(goHome: () => void) {
    const roof = s("path", { d: "M4 11 12 4l8 7v9h-5v-6H9v6H4z", fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linejoin": "round" });
    const icon = s("svg", { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true" }, roof);
    const button = h("button", {
      type: "button", class: "home", "data-testid": "home", title: "The whole area", "aria-label": "Show the whole area",
    }, icon);
    button.addEventListener("click", goHome);
    this.element = h("div", { class: "maplibregl-ctrl maplibregl-ctrl-group" }, button);
  }

  onAdd(): HTMLElement {
    return this.element;
  }

  onRemove(): void {
    this.element.remove();
  }
}
