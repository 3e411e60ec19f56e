// Two periods on one map: the earlier one left of a line that the reader moves.

import { byId } from "../dom.ts";
import type { Store, View } from "../view/state.ts";
import { periodShort, periodWords } from "../words/months.ts";
import type { MapPane } from "./pane.ts";

const STEP = 2; // per cent, by an arrow key
const LEAP = 10;

export class Comparison {
  private readonly split = byId("split");
  private pane: MapPane | null = null;

  constructor(
    private readonly store: Store,
    private readonly now: MapPane,
    private readonly make: (container: HTMLElement, after: MapPane) => MapPane,
  ) {
    this.split.addEventListener("keydown", (event) => this.key(event));
    this.split.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** The map of the earlier period while two are compared, made when first needed. */
  async before(view: View): Promise<MapPane | null> {
    const container = byId("map-before");
    const isShown = view.before !== null;
    container.hidden = !isShown;
    this.split.hidden = !isShown;
    byId("split-before").hidden = !isShown;
    byId("split-now").hidden = !isShown;
    if (!view.before) return null;
    byId("split-before").textContent = periodShort(view.before.from, view.before.to);
    byId("split-now").textContent = periodShort(view.from, view.to);
    if (!this.pane) {
      this.pane = this.make(container, this.now);
      this.follow(this.pane, this.now);
      this.follow(this.now, this.pane);
    } else {
      this.pane.map.resize();
      this.pane.map.jumpTo(cameraOf(this.now));
    }
    this.place(view.split);
    await this.pane.ready;
    return this.pane;
  }

  get existing(): MapPane | null {
    return this.pane;
  }

  private follow(leader: MapPane, follower: MapPane): void {
    leader.map.on("move", (event) => {
      if ((event as { isEcho?: boolean }).isEcho || this.store.now.before === null) return;
      follower.map.jumpTo(cameraOf(leader), { isEcho: true });
    });
  }

  /** Moves the line. */
  place(percent: number): void {
    this.split.style.left = `${percent}%`;
    byId("map-before").style.clipPath = `inset(0 ${100 - percent}% 0 0)`;
    const whole = Math.round(percent);
    this.split.setAttribute("aria-valuenow", String(whole));
    const { before, from, to } = this.store.now;
    const words = before
      ? `${periodWords(before.from, before.to)} on ${whole} per cent, ${periodWords(from, to)} on the rest`
      : "";
    this.split.setAttribute("aria-valuetext", words);
  }

  private moveTo(percent: number): void {
    const split = Math.min(100, Math.max(0, percent));
    this.store.set({ split }, { quiet: true });
    this.place(split);
  }

  private key(event: KeyboardEvent): void {
    const { split } = this.store.now;
    const moves: Record<string, number> = {
      ArrowLeft: split - STEP, ArrowDown: split - STEP, ArrowRight: split + STEP,
      ArrowUp: split + STEP, PageDown: split - LEAP, PageUp: split + LEAP, Home: 0, End: 100,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.moveTo(next);
  }

  private drag(event: PointerEvent): void {
    event.preventDefault();
    this.split.focus();
    this.split.setPointerCapture(event.pointerId);
    const { left, width } = byId("maps").getBoundingClientRect();
    const move = (moved: PointerEvent): void => this.moveTo((100 * (moved.clientX - left)) / width);
    this.split.addEventListener("pointermove", move);
    this.split.addEventListener("pointerup", () => this.split.removeEventListener("pointermove", move), { once: true });
  }
}

function cameraOf(pane: MapPane): { center: [number, number]; zoom: number } {
  const { lng, lat } = pane.map.getCenter();
  return { center: [lng, lat], zoom: pane.map.getZoom() };
}
