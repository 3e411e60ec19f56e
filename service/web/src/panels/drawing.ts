// An area drawn on the map: by clicking or touching, or by moving the map under a cross with the
// arrow keys. It becomes what everything is asked within.

import type * as maplibregl from "maplibre-gl";
import { byId, fill, h } from "../dom.ts";
import type { Sketch } from "../map/sketch.ts";
import {
  MOST_CORNERS, MOST_RADIUS_M, crossesItself, distance, eastOf, type LonLat, type Shape,
} from "../view/shape.ts";
import { counted } from "../words/words.ts";
import { announce } from "./status.ts";

const USUAL_RADIUS_M = 500;
const POINTER_PX = 9;
const FINGER_PX = 20;
type Kind = Shape["kind"];

const HINTS: Record<Kind, string> = {
  polygon: "Click the corners on the map. By keyboard: arrow keys move the map, Enter sets a corner at the cross, Backspace takes the last away.",
  circle: "Click the centre on the map, then a place on its rim, or type the radius. By keyboard: arrow keys move the map, Enter sets the centre at the cross.",
};

export interface Drawn {
  shape: Shape;
  name: string;
}

/** Lets the reader draw; at the end `done` has the shape, or nothing after Cancel. */
export class Drawing {
  private kind: Kind = "polygon";
  private corners: LonLat[] = [];
  private centre: LonLat | null = null;
  private dragged = -1;
  private justDragged = false;
  private readonly bar = byId("drawing");
  private readonly radius = h("input", {
    type: "number", id: "drawing-radius", "data-testid": "drawing-radius", min: 1, max: MOST_RADIUS_M, step: "any", value: USUAL_RADIUS_M,
  });
  private readonly name = h("input", { type: "text", id: "drawing-name", "data-testid": "drawing-name", maxlength: 60, autocomplete: "off" });
  private readonly told = h("p", { class: "hint", role: "status" });
  private readonly finishing = h("button", { type: "button", class: "strong", "data-testid": "drawing-done" }, "Show this area");
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly map: maplibregl.Map,
    private readonly sketch: Sketch,
    begin: Partial<Drawn>,
    private readonly done: (drawn: Drawn | null) => void,
  ) {
    const { shape, name = "" } = begin;
    if (shape?.kind === "circle") {
      this.kind = "circle";
      this.centre = shape.centre;
      this.radius.value = String(Math.round(shape.radius));
    } else if (shape) this.corners = [...shape.corners];
    this.name.value = name;
    this.makeBar();
    this.listen();
    this.draw();
    this.map.getCanvas().focus();
    announce(`Drawing an area. ${HINTS[this.kind]}`);
  }

  private makeBar(): void {
    const kinds = (["polygon", "circle"] as const).map((kind) => {
      const radio = h("input", { type: "radio", name: "drawing-kind", value: kind, checked: kind === this.kind });
      radio.addEventListener("change", () => this.become(kind));
      return h("label", { "data-testid": `drawing-${kind}` }, radio, kind === "polygon" ? "Area" : "Circle");
    });
    const button = (words: string, testid: string, act: () => void): HTMLButtonElement => {
      const made = h("button", { type: "button", class: "quiet", "data-testid": testid }, words);
      made.addEventListener("click", act);
      return made;
    };
    this.radius.addEventListener("input", () => this.draw());
    this.finishing.addEventListener("click", () => this.finish());
    this.bar.addEventListener("keydown", this.escape);
    this.stops.push(() => this.bar.removeEventListener("keydown", this.escape));
    fill(this.bar,
      h("fieldset", {}, h("legend", { class: "hidden" }, "What to draw"), h("div", { class: "segments" }, ...kinds)),
      this.told,
      h("p", { class: "drawing-fields" },
        h("label", { for: "drawing-radius", id: "drawing-radius-label" }, "Radius, m"), this.radius,
        h("label", { for: "drawing-name" }, "Name"), this.name),
      h("div", { class: "acts" }, this.finishing,
        button("Set at the cross", "drawing-here", () => this.add(this.middle())),
        button("Undo", "drawing-undo", () => this.undo()),
        button("Cancel", "drawing-cancel", () => this.end(null))));
    this.bar.hidden = false;
    byId("cross").hidden = false;
  }

  private listen(): void {
    const { map } = this;
    const canvas = map.getCanvas();
    const on = <Name extends "click" | "mousedown" | "touchstart" | "mousemove" | "touchmove" | "mouseup" | "touchend">(
      name: Name, act: (event: maplibregl.MapEventType[Name]) => void,
    ): void => {
      map.on(name, act as never);
      this.stops.push(() => map.off(name, act as never));
    };
    on("click", ({ lngLat, point }) => {
      if (this.justDragged) return void (this.justDragged = false);
      const handle = this.sketch.handleAt(point, POINTER_PX);
      if (handle === 0 && this.kind === "polygon" && this.corners.length >= 3) return this.finish();
      if (handle < 0) this.add([lngLat.lng, lngLat.lat]);
    });
    on("mousedown", (event) => this.take(event, POINTER_PX));
    on("touchstart", (event) => this.take(event, FINGER_PX));
    for (const name of ["mousemove", "touchmove"] as const) {
      on(name, ({ lngLat }) => { if (this.dragged >= 0) this.drag([lngLat.lng, lngLat.lat]); });
    }
    for (const name of ["mouseup", "touchend"] as const) on(name, () => (this.dragged = -1));
    canvas.addEventListener("keydown", this.pressed);
    map.doubleClickZoom.disable();
    canvas.classList.add("on-drawing");
    this.stops.push(() => {
      canvas.removeEventListener("keydown", this.pressed);
      map.doubleClickZoom.enable();
      canvas.classList.remove("on-drawing");
    });
  }

  private readonly pressed = (event: KeyboardEvent): void => {
    if (event.key === "Enter") this.add(this.middle());
    else if (event.key === "Backspace") this.undo();
    else return this.escape(event);
    event.preventDefault();
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.end(null);
  };

  private middle(): LonLat {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  private take(event: maplibregl.MapMouseEvent | maplibregl.MapTouchEvent, reach: number): void {
    this.justDragged = false;
    this.dragged = this.sketch.handleAt(event.point, reach);
    if (this.dragged >= 0) event.preventDefault(); // the map stays where it is
  }

  private drag(at: LonLat): void {
    this.justDragged = true;
    if (this.kind === "polygon") this.corners[this.dragged] = at;
    else if (this.dragged === 0) this.centre = at;
    else if (this.centre) this.setRadius(distance(this.centre, at));
    this.draw();
  }

  private setRadius(metres: number): void {
    this.radius.value = String(Math.max(1, Math.min(MOST_RADIUS_M, Math.round(metres))));
  }

  private become(kind: Kind): void {
    this.kind = kind;
    this.draw();
    announce(HINTS[kind]);
  }

  private add(at: LonLat): void {
    if (this.kind === "circle") {
      if (!this.centre) this.centre = at;
      else if (distance(this.centre, at) >= 1) this.setRadius(distance(this.centre, at));
    } else if (this.corners.length < MOST_CORNERS) this.corners.push(at);
    this.draw();
    announce(this.kind === "circle" ? `Circle of ${this.radius.value} m.` : `${counted(this.corners.length, "corner")}.`);
  }

  private undo(): void {
    if (this.kind === "circle") this.centre = null;
    else this.corners.pop();
    this.draw();
    announce(this.kind === "circle" ? "No centre." : `${counted(this.corners.length, "corner")}.`);
  }

  /** What is drawn; in words why it is no area yet. */
  private shape(): Shape | string {
    if (this.kind === "circle") {
      const metres = Number(this.radius.value);
      if (!this.centre) return HINTS.circle;
      if (!(metres >= 1 && metres <= MOST_RADIUS_M)) return `The radius is from 1 to ${MOST_RADIUS_M.toLocaleString("en-GB")} m.`;
      return { kind: "circle", centre: this.centre, radius: metres };
    }
    if (this.corners.length < 3) return HINTS.polygon;
    if (crossesItself(this.corners)) return "The border crosses itself: drag a corner, or undo.";
    return { kind: "polygon", corners: this.corners };
  }

  private draw(): void {
    const shape = this.shape();
    const isShape = typeof shape !== "string";
    const handles = this.kind === "polygon" ? this.corners
      : this.centre ? [this.centre, eastOf(this.centre, Number(this.radius.value) || 0)] : [];
    this.sketch.show(isShape ? shape : null, isShape ? [] : this.corners, handles);
    this.told.textContent = isShape ? "Drag a handle to change it." : shape;
    this.finishing.disabled = !isShape;
    for (const id of ["drawing-radius", "drawing-radius-label"]) {
      const field = document.getElementById(id);
      if (field) field.hidden = this.kind !== "circle";
    }
  }

  private finish(): void {
    const shape = this.shape();
    if (typeof shape !== "string") this.end({ shape, name: this.name.value.trim() });
  }

  private end(drawn: Drawn | null): void {
    for (const stop of this.stops) stop();
    this.bar.hidden = true;
    fill(this.bar);
    byId("cross").hidden = true;
    this.done(drawn);
  }
}
