// The months of the dataset as bars, a window on them that moves and plays.

import { addressOf } from "../answers/addresses.ts";
import { ask, isAborted } from "../answers/api.ts";
import type { Dataset, PageConfig, Table, TrendRow } from "../answers/types.ts";
import { byId, fill, h, s } from "../dom.ts";
import { movedTo } from "../view/comparing.ts";
import type { Store, View } from "../view/state.ts";
import { trendChart } from "../views/charts.ts";
import { isoMonth, monthNumber, monthShort, periodShort, periodWords, stepOf } from "../words/months.ts";
import { SUPPRESSED_WORD, counted, numberWords } from "../words/words.ts";

const LENGTHS = [1, 3, 6, 12, 24];
const FRAME_MS = 900; // at least so long a period is shown while playing
const HEIGHT = 40;
const TICK_PX = 46; // of a tick below the bars with its month

export class Timeline {
  private readonly slider = byId("when", HTMLInputElement);
  private readonly length = byId("length", HTMLSelectElement);
  private readonly button = byId("play", HTMLButtonElement);
  private readonly place = byId("histogram");
  private playing: number | undefined;
  private drawnKey = "";
  private readonly tip = byId("when-tip");
  private bars: { month: number; bar: SVGRectElement }[] = [];
  private counts = new Map<number, string>();
  private first = 0;
  private last = 0;
  private dataset: Dataset | undefined;
  private unit = 1; // months of the shortest period

  constructor(
    private readonly store: Store,
    private readonly config: PageConfig,
    private readonly settled: () => Promise<void>,
    private readonly prefetch: (view: View) => void,
  ) {
    this.slider.addEventListener("input", () => this.moveTo(Number(this.slider.value)));
    this.length.addEventListener("change", () => this.resize(Number(this.length.value)));
    this.button.addEventListener("click", () => (this.isPlaying ? this.stop() : this.play()));
    this.place.addEventListener("pointerdown", (event) => this.drag(event));
    new ResizeObserver(() => this.drawAxis()).observe(this.place);
    this.place.addEventListener("pointermove", (event) => this.point(event));
    this.place.addEventListener("pointerleave", () => { this.tip.hidden = true; });
  }

  get isPlaying(): boolean {
    return this.playing !== undefined;
  }

  /** Draws the window, and the bars where dataset or categories are others. */
  draw(view: View, dataset: Dataset, unit: number): void {
    if (dataset.from === null || dataset.to === null) return;
    this.unit = unit;
    this.dataset = dataset;
    [this.first, this.last] = [monthNumber(dataset.from), monthNumber(dataset.to)];
    const [from, to] = [monthNumber(view.from), monthNumber(view.to)];
    const months = to - from + 1;
    this.slider.step = String(unit);
    this.slider.min = String(this.first);
    this.slider.max = String(Math.max(this.first, this.last - months + 1));
    this.slider.value = String(from);
    this.slider.setAttribute("aria-valuetext", periodWords(view.from, view.to));
    this.drawLengths(months);
    this.drawAxis();
    this.mark(from, to);
    void this.drawBars(view);
  }

  private drawLengths(months: number): void {
    const whole = this.last - this.first + 1;
    const lengths = [...new Set([...LENGTHS.filter((each) => each < whole && each % this.unit === 0), months, whole])];
    lengths.sort((a, b) => a - b);
    fill(this.length, ...lengths.map((each) =>
      h("option", { value: each, selected: each === months },
        each === whole ? "all months" : counted(each, "month"))));
  }

  private async drawBars(view: View): Promise<void> {
    const address = addressOf(trendChart(view, this.config, "").question);
    if (address === this.drawnKey) return;
    this.drawnKey = address;
    try {
      const rows = (await ask<Table>(address)).rows as unknown as TrendRow[];
      if (this.drawnKey !== address) return;
      this.fillBars(rows);
      this.mark(monthNumber(this.store.now.from), monthNumber(this.store.now.to));
    } catch (error) {
      this.drawnKey = "";
      if (!isAborted(error)) fill(this.place); // the bars are beside the point; the map says why
    }
  }

  /** Months or years below the bars, as many as have room. */
  private drawAxis(): void {
    if (this.last === 0) return;
    const months = this.last - this.first + 1;
    const most = Math.max(2, byId("ticks").clientWidth / TICK_PX);
    const every = [1, 2, 3, 6, 12, 24, 60, 120].find((each) => months / each <= most) ?? 240;
    const ticks: HTMLElement[] = [];
    for (let month = Math.ceil(this.first / every) * every; month <= this.last; month += every) {
      const share = (month - this.first) / months;
      if (share > 1 - 0.7 / most) break;
      const iso = isoMonth(month);
      const isYear = every >= 12 || iso.endsWith("-01");
      const tick = h("span", { class: isYear ? "year" : "" }, isYear ? iso.slice(0, 4) : monthShort(iso).slice(0, -5));
      tick.style.left = `${(100 * share).toFixed(2)}%`;
      ticks.push(tick);
    }
    fill(byId("ticks"), ...ticks);
  }

  /** The month at the pointer and its incidents. */
  private point(event: PointerEvent): void {
    const { left, width } = this.place.getBoundingClientRect();
    const months = this.last - this.first + 1;
    const month = this.first + Math.min(months - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * months)));
    const step = month - (((month % this.unit) + this.unit) % this.unit);
    const period = periodShort(isoMonth(step), isoMonth(step + this.unit - 1));
    this.tip.textContent = `${period}: ${this.counts.get(step) ?? "no data"}`;
    this.tip.hidden = false;
    const share = (month - this.first + 0.5) / months;
    this.tip.style.left = `${(100 * share).toFixed(2)}%`;
    this.tip.classList.toggle("left", share > 0.5);
  }

  private fillBars(rows: readonly TrendRow[]): void {
    const most = Math.max(1, ...rows.map((row) => row.count ?? 0));
    const months = Math.max(1, this.last - this.first + 1);
    this.counts = new Map(rows.map((row) => [monthNumber(row.month),
      row.count !== null ? counted(row.count, "incident") : row.days > 0 ? SUPPRESSED_WORD : "no data"]));
    byId("most").textContent = rows.length > 0 ? `${numberWords(most)} a ${stepOf(this.unit)}` : "";
    this.bars = rows.flatMap((row) => {
      if (row.count === null) return []; // no data, which is not zero
      const month = monthNumber(row.month);
      const tall = Math.max(1, ((HEIGHT - 2) * row.count) / most);
      const bar = s("rect", {
        x: month - this.first + 0.08, y: HEIGHT - tall, width: this.unit - 0.16, height: tall, class: "bar-month",
      });
      return [{ month, bar }];
    });
    fill(this.place, s("svg",
      { viewBox: `0 0 ${months} ${HEIGHT}`, preserveAspectRatio: "none" },
      ...this.bars.map((each) => each.bar)));
  }

  private mark(from: number, to: number): void {
    for (const { month, bar } of this.bars) {
      bar.classList.toggle("bar-chosen", month >= from && month <= to);
    }
  }

  private moveTo(from: number): void {
    const months = monthNumber(this.store.now.to) - monthNumber(this.store.now.from);
    this.show(from, from + months);
  }

  private resize(months: number): void {
    const to = Math.min(this.last, Math.max(monthNumber(this.store.now.to), this.first + months - 1));
    this.show(Math.max(this.first, to - months + 1), to);
  }

  private show(from: number, to: number): void {
    this.store.set(movedTo(this.store.now, { from: isoMonth(from), to: isoMonth(to) }, this.dataset));
  }

  /** A period drawn over the bars with the pointer. */
  private drag(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { left, width } = this.place.getBoundingClientRect();
    const monthAt = (x: number): number => {
      const at = Math.floor(((x - left) / width) * (this.last - this.first + 1));
      return this.first + Math.min(this.last - this.first, Math.max(0, at));
    };
    const began = monthAt(event.clientX);
    this.place.setPointerCapture(event.pointerId);
    let ends: [number, number] = [began, began];
    const move = (moved: PointerEvent): void => {
      const now = monthAt(moved.clientX);
      ends = [Math.min(began, now), Math.max(began, now)];
      this.mark(...ends);
    };
    const up = (): void => {
      this.place.removeEventListener("pointermove", move);
      this.show(...ends);
    };
    this.place.addEventListener("pointermove", move);
    this.place.addEventListener("pointerup", up, { once: true });
  }

  private play(): void {
    const [from, to] = [monthNumber(this.store.now.from), monthNumber(this.store.now.to)];
    if (from === this.first && to === this.last) this.resize(Math.min(12, to - from));
    this.button.setAttribute("aria-pressed", "true");
    this.button.setAttribute("aria-label", "Stop playing");
    fill(this.button, h("span", { "aria-hidden": "true" }, "❚❚"));
    this.playing = window.setTimeout(() => void this.frame(), 0);
  }

  stop(): void {
    window.clearTimeout(this.playing);
    this.playing = undefined;
    this.button.setAttribute("aria-pressed", "false");
    this.button.setAttribute("aria-label", "Play month by month");
    fill(this.button, h("span", { "aria-hidden": "true" }, "▶"));
  }

  /** One month on, or from the beginning; the next when this one is drawn. */
  private async frame(): Promise<void> {
    const next = this.after(this.store.now);
    this.store.set(next);
    this.prefetch({ ...this.store.now, ...this.after(this.store.now) });
    const since = performance.now();
    await this.settled();
    if (!this.isPlaying) return;
    const rest = Math.max(0, FRAME_MS - (performance.now() - since));
    this.playing = window.setTimeout(() => void this.frame(), rest);
  }

  private after(view: View): Partial<View> {
    const [from, to] = [monthNumber(view.from), monthNumber(view.to)];
    // In the view of change the earlier period begins the data.
    const back = view.view === "change" && view.before ? Math.max(0, from - monthNumber(view.before.from)) : 0;
    const next = to >= this.last ? this.first + back : from + this.unit;
    return movedTo(view, { from: isoMonth(next), to: isoMonth(next + to - from) }, this.dataset);
  }

}
