// The page at work: asks what the view needs, all at once, and draws what comes.

import * as maplibregl from "maplibre-gl";
import { boundaryAddress } from "./answers/addresses.ts";
import { areasOf, type AreaNames } from "./answers/areas.ts";
import { Refused, ask, forget, isAborted, query } from "./answers/api.ts";
import type { Bounds, HeatLegend, PageConfig, Place, Row, SitesFile, Table, TileJson } from "./answers/types.ts";
import { COMPLETION } from "./map/colours.ts";
import { Comparison } from "./map/compare.ts";
import { HomeControl } from "./map/home.ts";
import { Labels } from "./map/labels.ts";
import { MapPane } from "./map/pane.ts";
import { inkNow, onTheme } from "./map/theme.ts";
import { countCategories } from "./panels/category_counts.ts";
import { Controls } from "./panels/controls.ts";
import { drawCredit } from "./panels/credit.ts";
import { clearDetail, drawDetail } from "./panels/detail.ts";
import { DrawControl } from "./panels/draw_control.ts";
import { drawnWords, inWords } from "./panels/drawn.ts";
import { addSiteSizes, clearLegend, drawAreaLegend, drawHeatLegend, makeLegend } from "./panels/legend.ts";
import { PlaceChoice, actsOf, offer, withdraw } from "./panels/place.ts";
import { makeSearch } from "./panels/search.ts";
import { announce, clearFailure, showEmpty, showFailure } from "./panels/status.ts";
import { captionWords, drawAbout, drawMarking, drawSummary, placeWords, subjectWords } from "./panels/summary.ts";
import { drawStage } from "./panels/stage.ts";
import { RankedTable } from "./panels/table.ts";
import { Tabs } from "./panels/tabs.ts";
import { Timeline } from "./panels/timeline.ts";
import { Tip } from "./panels/tip.ts";
import { showCited } from "./takeaway/cite.ts";
import { makeTakeAway, type Desk } from "./takeaway/desk.ts";
import { windowsOf } from "./view/comparing.ts";
import { datasetOf, layerOf } from "./view/defaults.ts";
import { publishedOf, unitOf } from "./view/published.ts";
import { shapeOf } from "./view/shape.ts";
import { isSameQuestion, type Store, type View } from "./view/state.ts";
import {
  answerBefore, beforeColumn, coloursOfBefore, ofLastYear, withBefore, withCompletion, withNames, type Before,
} from "./views/before.ts";
import { answerOf, sentencesOf, warningsOf } from "./views/answer.ts";
import { codeOf } from "./views/columns.ts";
import { heatAddress, type Breaks } from "./views/heatmap.ts";
import { HeldClasses } from "./views/held.ts";
import type { AreaColours, Column } from "./views/kind.ts";
import { isOfSites, kindOf, tableAddress } from "./views/registry.ts";
import { periodShort, periodWords } from "./words/months.ts";
import { counted, isSuppressed, layerWords, plainTitle } from "./words/words.ts";
import { byId, prefersStillness } from "./dom.ts";

const COARSE_AREAS = 60;
const SPECK_PX = 10; // an area that is smaller on the screen cannot be told from its mark
const NEAR_ZOOM = 12; // where a choice in the table is shown with what is around it
const NAMES_MS = 300; // so long the numbers wait for the larger areas beside their names
const CLOSE_ZOOM = 14; // where a place without an extent is looked at

/** What the map and the table show at the moment. */
interface Shown {
  view: View;
  table: Table;
  rows: Map<string, Row>;
  columns: Column[];
  colours: AreaColours | null;
}

export class Atlas {
  private readonly pane: MapPane;
  private readonly controls: Controls;
  private readonly choice: PlaceChoice;
  private readonly drawn: DrawControl;
  private readonly table: RankedTable;
  private readonly timeline: Timeline;
  private readonly comparison: Comparison;
  private readonly tip: Tip;
  private shown: Shown | null = null;
  private turn: AbortController = new AbortController();
  private drawing: Promise<void> = Promise.resolve();
  private renewed = -Infinity;
  private readonly names = new Map<string, AreaNames>();
  private readonly held = new HeldClasses();

  constructor(
    private readonly config: PageConfig,
    private readonly store: Store,
    defaults: View,
  ) {
    maplibregl.setWorkerUrl(document.querySelector<HTMLMetaElement>("meta[name=map-worker]")?.content ?? "");
    this.tip = new Tip(byId("tip"), byId("maps"));
    this.pane = this.makePane(byId("map"), store.now.at);
    this.addNavigation();
    this.comparison = new Comparison(store, this.pane, (container, after) => {
      const { lng, lat } = after.map.getCenter();
      return this.makePane(container, { lon: lng, lat, zoom: after.map.getZoom() });
    });
    this.controls = new Controls(store, config, defaults);
    this.choice = new PlaceChoice(config, store);
    this.drawn = new DrawControl(this.pane, config, store);
    this.table = new RankedTable(byId("table"), {
      hover: (code) => this.hover(code),
      select: (code) => {
        this.select(code, { scroll: false });
        void this.bringIntoView(code);
      },
      sort: (sort) => store.set({ sort }),
    });
    this.timeline = new Timeline(store, config, () => this.drawing, (view) => void this.prefetch(view));
    makeSearch((place) => this.goTo(place), (error) => showFailure(error, () => this.draw()));
    makeLegend(store);
    countCategories(store, config);
    new Tabs(store, config, (code) => String(this.shown?.rows.get(code)?.name ?? ""));
    onTheme(() => this.recolour());
    store.listen((now, before) => this.changed(now, before));
    drawCredit(config);
    makeTakeAway(this.desk);
    this.draw();
    void this.pane.ready.then(() => this.addLabels());
    if (!store.now.at) this.lookAtPlace();
  }

  private makePane(container: HTMLElement, at: View["at"]): MapPane {
    const bounds: Bounds = this.config.study_area?.bounds ?? [-6, 50, 2, 56];
    const pane = at
      ? new MapPane(container, this.config, inkNow(), [at.lon, at.lat], at.zoom)
      : new MapPane(container, this.config, inkNow(), bounds);
    pane.listen(
      (pointed, x, y) => {
        this.hover(pointed?.code ?? "");
        this.tip.show(pointed, this.shown, this.store.now, container.id === "map-before", x, y);
      },
      (pointed, outlines) => {
        this.select(pointed?.code === this.store.now.area ? "" : (pointed?.code ?? ""), { scroll: true });
        this.offerOutlined(outlines);
      },
    );
    pane.map.on("error", (event) => this.mapFailed(event.error));
    return pane;
  }

  /** What taking away needs of this page. */
  get desk(): Desk {
    return {
      store: this.store, config: this.config,
      panes: () => [this.pane, this.comparison.existing].filter((each) => each !== null),
    };
  }

  private addNavigation(): void {
    const { map } = this.pane;
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new HomeControl(() => this.goHome()), "top-right");
    map.addControl(new maplibregl.ScaleControl({ maxWidth: 90 }), "bottom-right");
    map.getCanvas().setAttribute("aria-label", "Map; arrow keys move it, plus and minus zoom. The table holds the same numbers.");
    map.on("moveend", () => {
      const { lng, lat } = map.getCenter();
      const at = { zoom: map.getZoom(), lat, lon: lng };
      this.store.set({ at }, { quiet: true });
    });
  }

  /** A version that is no longer available means new data: everything is asked again. */
  private mapFailed(error: { message: string; status?: number }): void {
    if (error.status === 410) {
      if (performance.now() - this.renewed < 5_000) return;
      this.renewed = performance.now();
      forget();
      this.draw();
    } else if (error.status === undefined || error.status === 401 || error.status >= 500) {
      const away = new Refused(error.status ?? 0, error.message, "map");
      showFailure(away, () => this.draw());
    }
  }

  private changed(now: View, before: View): void {
    const { at } = now;
    const isMoved = JSON.stringify(at) !== JSON.stringify(before.at);
    if (isMoved && at) this.pane.map.jumpTo({ center: [at.lon, at.lat], zoom: at.zoom });
    if (now.within !== before.within) {
      withdraw();
      if (!isMoved) this.lookAtPlace();
    }
    if (now.cited !== before.cited || !isSameQuestion(now, before)) return this.draw();
    if (now.sort !== before.sort) this.drawTable();
    if (now.area !== before.area) this.drawSelection();
    if (now.split !== before.split) this.comparison.place(now.split);
  }

  /** Asks for everything the view needs, and draws it. */
  draw(): void {
    const view = this.pooled(this.store.now);
    this.turn.abort();
    this.turn = new AbortController();
    const { signal } = this.turn;
    this.controls.draw(view);
    this.choice.draw(view);
    this.drawn.draw(view);
    const dataset = datasetOf(this.config, view.dataset);
    if (!dataset) return;
    this.timeline.draw(view, dataset, unitOf(this.config, dataset.id));
    byId("synthetic").hidden = !dataset.synthetic;
    drawMarking(byId("marking"), this.config.access[dataset.id]);
    this.drawing = this.answer(view, signal).then(clearFailure, (error: unknown) => {
      if (isAborted(error)) return;
      this.timeline.stop();
      announce("No answer was received.");
      if (error instanceof Refused && !error.isAway) this.clear(view);
      showFailure(error, () => {
        forget();
        this.draw();
      });
    });
  }

  private async answer(view: View, signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted;
    const { isHeat, rows: rowsOf } = kindOf(view);
    const wantsSites = view.sites || view.view === "growth";
    const hasAreas = ["areas", "sites"].includes(rowsOf(view));
    const table = answerOf(view, signal);
    const names = Promise.race([this.nameAreas(view.layer), pause(NAMES_MS)]);
    const areas = hasAreas ? ask<TileJson>(boundaryAddress(view.layer), signal) : null;
    const outline = view.outline === "none" ? null : ask<TileJson>(boundaryAddress(view.outline), signal);
    const place = layerOf(this.config, placeLayer(view)) ? ask<TileJson>(boundaryAddress(placeLayer(view)), signal) : null;
    const breaks = this.breaksOf(view);
    const heat = isHeat ? ask<TileJson>(heatAddress(view, "tilejson.json", breaks), signal) : null;
    const legend = isHeat ? ask<HeatLegend>(heatAddress(view, "legend.json", breaks), signal) : null;
    const sites = wantsSites && this.config.sites !== null
      ? ask<SitesFile>("v1/growth/sites.geojson", signal) : null;
    const before = answerBefore(view, this.hasFreeClasses(view) ? legend : null, signal);
    // Each is drawn as it comes; what fails is told of once, below.
    const parts: Promise<unknown>[] = [table, areas, outline, place, heat, legend, sites, before].map(
      async (part) => part,
    );
    for (const part of parts) part.catch(() => undefined);
    // The numbers do not wait for the map.
    const [rows, classes, earlier] = await Promise.all([table, legend, before, names]);
    if (isOver()) return;
    this.held.keep(view, this.timeline.isPlaying, classes);
    this.drawNumbers(view, rows, classes, earlier);
    await this.pane.ready;
    const [tiles, borders, around] = await Promise.all([areas, outline, place]);
    if (isOver()) return;
    if (tiles) this.pane.areas.show(view.layer, tiles, this.isFine(view.layer));
    else this.pane.areas.hide();
    this.pane.areas.showOutline(view.outline, borders);
    this.pane.areas.showPlace(view.within, around);
    this.pane.sites.show(sites ? withCompletion(await sites) : null, isOfSites(view) ? COMPLETION : null);
    const drawn = Promise.resolve(heat).then((found) =>
      isOver() ? undefined : this.pane.heat.show(found && this.closest(view, found)));
    if (isOver()) return;
    this.drawMap();
    await Promise.all([...parts, this.drawBefore(view, tiles, borders, earlier, signal)]);
    await drawn;
    if (!this.timeline.isPlaying) await this.addSentences(view, rows, signal);
  }

  /** Tiles of a heat map no closer than they are given out. */
  private closest(view: View, tiles: TileJson): TileJson {
    const most = publishedOf(this.config, view.dataset)?.maximum_zoom ?? tiles.maxzoom;
    return { ...tiles, maxzoom: Math.min(tiles.maxzoom, most) };
  }

  /** What takes longer to say than the map to draw, and comes after it. */
  private async addSentences(view: View, table: Table, signal: AbortSignal): Promise<void> {
    const hasCategories = publishedOf(this.config, view.dataset)?.by_category !== false;
    const sentences = await sentencesOf(view, table, hasCategories, signal);
    const dataset = datasetOf(this.config, view.dataset);
    if (!sentences || !this.shown || !dataset || signal.aborted) return;
    const where = drawnWords(view) || placeWords(this.shown.table.provenance);
    announce(drawSummary(byId("summary"), view, dataset, where, inWords(view, this.shown.table.provenance, sentences)));
  }

  private async drawBefore(
    view: View, tiles: TileJson | null, borders: TileJson | null, before: Before | null, signal: AbortSignal,
  ): Promise<void> {
    const pane = await this.comparison.before(before ? view : { ...view, before: null });
    if (!pane || !before || !tiles || signal.aborted) return;
    pane.areas.show(view.layer, tiles, this.isFine(view.layer));
    pane.areas.showOutline(view.outline, borders);
    pane.mark("selected", this.store.now.area);
    pane.areas.colour(coloursOfBefore(before));
    void pane.heat.show(before.heat && this.closest(view, before.heat));
  }

  /** Table, sentences and legend of an answer. */
  private drawNumbers(view: View, table: Table, heat: HeatLegend | null, before: Before | null): void {
    const dataset = datasetOf(this.config, view.dataset);
    if (!dataset) return;
    const latest = ofLastYear(table);
    const merged = withNames(before ? withBefore(view, latest, before) : latest, this.names.get(view.layer));
    const columns = kindOf(view).columns(view, merged);
    if (before) columns.splice(2, 0, beforeColumn(view)); // beside what it is compared with
    const rows = new Map(merged.rows.map((row) => [codeOf(row), row]));
    const colours = kindOf(view).colours(view, merged);
    this.keepSelection(view, rows);
    this.shown = { view, table: merged, rows, columns, colours };
    drawStage(view, byId("stage-chart"), merged);
    this.drawLegend(view, colours, heat, before);
    const where = drawnWords(view) || placeWords(table.provenance);
    this.choice.name(where);
    const sentences = [...kindOf(view).sentences(merged), ...warningsOf(view)];
    const words = drawSummary(byId("summary"), view, dataset, where, inWords(view, table.provenance, sentences));
    announce(words);
    document.title = `${[plainTitle(dataset.title), where].filter(Boolean).join(", ")}, ${periodShort(view.from, view.to)} – ${this.config.title}`;
    void showCited(view, table).catch(() => undefined); // that the service is away is said elsewhere
    drawAbout(byId("about-text"), table.provenance, dataset, tableAddress(view));
    byId("synthetic").hidden = !(table.provenance.synthetic || dataset.synthetic);
    this.drawSuppressed(table);
    for (const suffix of ["xlsx", "csv", "gpkg", "geojson"]) {
      byId(suffix, HTMLAnchorElement).href = tableAddress(view, suffix);
      byId(suffix).hidden = kindOf(view).rows(view) === "times" && suffix.startsWith("g"); // it has no places
    }
    this.drawTable();
    this.drawSelection();
    const isNothing = !isOfSites(view) && table.provenance.counts["records"] === 0;
    showEmpty(isNothing ? "There is nothing to see: no incident fits this period and these categories." : "");
  }

  /** The colours and shapes of the answer whose numbers are shown. */
  private drawMap(): void {
    if (!this.shown) return;
    const { view, table, colours } = this.shown;
    const painted = colours && !isOfSites(view)
      ? new Map(table.rows.map((row) => [codeOf(row), colours.of(row)])) : new Map<string, string>();
    const emphasis = kindOf(view).emphasis?.(view) ?? null;
    const raised = table.rows.filter((row) => colours?.raises?.(row)).map(codeOf);
    this.pane.areas.colour(table.shapes ? new Map() : painted, new Set(raised));
    this.pane.areas.emphasise(emphasis ? table.rows.filter(emphasis.is).map(codeOf) : []);
    this.pane.shapes.show(table.shapes ?? [], painted);
    this.pane.mark("selected", this.store.now.area);
    document.body.dataset["drawn"] = String(Number(document.body.dataset["drawn"] ?? 0) + 1);
  }

  /** From sites to areas and back the selection goes to what lies in the other. */
  private keepSelection(view: View, rows: Map<string, Row>): void {
    const { area } = this.store.now;
    if (!area || rows.has(area)) return;
    const code = this.shown?.rows.get(area)?.area_code;
    const other = isOfSites(view) ? [...rows].find(([, row]) => row.area_code === area)?.[0] : code;
    if (typeof other === "string" && rows.has(other)) this.store.set({ area: other }, { quiet: true });
  }

  /** What the areas of a layer are called: asked once, and put into the table when it comes. */
  private async nameAreas(layer: string): Promise<void> {
    if (this.names.has(layer) || !layerOf(this.config, layer)) return;
    const names = await areasOf(layer).catch(() => null); // without it areas have their plain names
    if (!names) return;
    this.names.set(layer, names);
    const { shown } = this;
    if (shown?.view.layer !== layer) return;
    const table = withNames(shown.table, names);
    this.shown = { ...shown, table, rows: new Map(table.rows.map((row) => [codeOf(row), row])) };
    this.drawTable();
    this.drawSelection();
  }

  /** Takes away what was the answer to another question. */
  private clear(view: View): void {
    const dataset = datasetOf(this.config, view.dataset);
    if (dataset) byId("summary").textContent = `${subjectWords(view, dataset)}, ${periodWords(view.from, view.to)}: no answer.`;
    this.shown = null;
    this.pane.areas.colour(new Map());
    this.pane.areas.emphasise([]);
    this.pane.shapes.show([], new Map());
    byId("stage-chart").hidden = true;
    void this.pane.heat.show(null);
    this.comparison.existing?.areas.colour(new Map());
    clearLegend(byId("legend"));
    clearDetail();
    showEmpty("");
    byId("table").replaceChildren();
  }

  private drawLegend(view: View, colours: AreaColours | null, heat: HeatLegend | null, before: Before | null): void {
    const place = byId("legend");
    if (heat && heat.classes.length > 0) {
      const isShared = this.hasFreeClasses(view) && (before !== null || this.timeline.isPlaying);
      const note = isShared ? "All periods shown in these classes." : "";
      drawHeatLegend(place, heat, note);
    } else if (colours && !kindOf(view).isHeat) {
      const note = before ? "Both periods in these classes." : view.pool.length > 0 ? "All periods in these classes." : "";
      drawAreaLegend(place, colours, kindOf(view).emphasis?.(view)?.words ?? note);
    } else clearLegend(place);
    if (this.config.sites !== null && (view.sites || view.view === "growth")) addSiteSizes(place, isOfSites(view));
  }

  private drawSuppressed(table: Table): void {
    const hidden = table.rows.filter(isSuppressed).length;
    const badge = byId("suppressed");
    badge.hidden = hidden === 0;
    badge.textContent = hidden === 0 ? "" : `${counted(hidden, "row")} suppressed`;
  }

  private drawTable(): void {
    const { shown } = this;
    const dataset = datasetOf(this.config, this.store.now.dataset);
    if (!shown || !dataset) return;
    const { columns, colours } = shown;
    const kind = kindOf(shown.view);
    const rowsOf = kind.rows(shown.view);
    const title = rowsOf === "sites" ? "Development sites"
      : rowsOf !== "areas" ? kind.tableTitle ?? kind.title : layerWords(layerOf(this.config, shown.view.layer)?.title ?? "Areas");
    byId("table-title").textContent = `${title}, ranked`;
    this.table.draw({
      rows: shown.table.rows, columns, colours, sort: this.store.now.sort || kindOf(shown.view).sort(shown.view),
      caption: captionWords(shown.view, dataset, columns),
    });
  }

  private hover(code: string): void {
    this.pane.mark("hover", code);
    this.comparison.existing?.mark("hover", code);
    this.table.hover(code);
  }

  private select(code: string, options: { scroll: boolean }): void {
    this.store.set({ area: code });
    this.table.select(code, options);
    const name = this.shown?.rows.get(code)?.name;
    if (name) announce(`${String(name)} selected`);
  }

  private drawSelection(): void {
    const { area, layer } = this.store.now;
    this.pane.mark("selected", area);
    this.comparison.existing?.mark("selected", area);
    this.table.select(area, { scroll: true });
    const row = this.shown?.rows.get(area);
    if (!row || !this.shown) return clearDetail();
    drawDetail({ ...this.shown.view, area }, row, layerWords(layerOf(this.config, layer)?.title ?? ""), this.config, {
      close: () => {
        const code = area;
        this.select("", { scroll: false });
        byId("table").querySelector<HTMLElement>(`tr[data-code="${CSS.escape(code)}"] button`)?.focus();
      },
      zoom: () => void this.zoomTo(area),
    });
  }

  /** Moves the map to what is chosen in the table and is not to be seen, or is a speck. */
  private async bringIntoView(code: string): Promise<void> {
    const { map } = this.pane;
    const own = this.pane.shapes.boundsOf(code);
    const bounds = own ?? this.pane.areas.boundsOf(code) ?? (await this.placeOf(code))?.bbox;
    if (!bounds) return;
    const [west, south, east, north] = bounds;
    const [{ x: left, y: top }, { x: right, y: bottom }] = [map.project([west, north]), map.project([east, south])];
    const { clientWidth, clientHeight } = map.getContainer();
    const isInside = left > 0 && top > 0 && right < clientWidth && bottom < clientHeight;
    const isSpeck = !isOfSites(this.store.now) && Math.max(right - left, bottom - top) < SPECK_PX;
    if (isInside && !isSpeck) return;
    const place = own ? { bbox: own, point: null } : await this.placeOf(code);
    if (place && this.store.now.area === code) this.lookAt(place, NEAR_ZOOM);
  }

  private async zoomTo(code: string, layer?: string): Promise<void> {
    const bbox = layer === undefined ? this.pane.shapes.boundsOf(code) : null;
    const place = bbox ? { bbox, point: null } : await this.placeOf(code, layer);
    if (place) this.lookAt(place);
  }

  /** Where an area or a site is, as the service knows it. */
  private async placeOf(code: string, layer?: string): Promise<Place | undefined> {
    try {
      const found = await ask<Table>(`v1/places${query([["q", code]])}`);
      const places = (found.rows as unknown as Place[]).filter((each) => each.code === code);
      const isSite = isOfSites(this.store.now);
      return places.find((each) => each.layer === layer) ?? places.find((each) => (each.kind === "site") === isSite) ?? places[0];
    } catch (error) {
      showFailure(error, () => void this.zoomTo(code, layer));
      return undefined;
    }
  }

  /** Whether a layer has more areas than borders can be drawn around at first. */
  private isFine(layer: string): boolean {
    return (layerOf(this.config, layer)?.areas ?? Infinity) > COARSE_AREAS;
  }

  private goHome(): void {
    const { bounds } = this.config.study_area ?? {};
    if (!bounds) return;
    const [west, south, east, north] = bounds;
    this.pane.map.fitBounds([west, south, east, north], { padding: 24, animate: !prefersStillness(), duration: 600 });
  }

  private goTo(place: Place): void {
    this.lookAt(place);
    document.body.dataset["sheet"] = "map";
    if (place.kind === "area" && place.layer === this.store.now.layer && place.code) {
      if (!isOfSites(this.store.now)) this.store.set({ area: place.code });
    } else if (place.kind === "site" && place.code) {
      this.store.set(isOfSites(this.store.now) ? { area: place.code } : { sites: true });
    }
    announce(place.name);
    offer(place.name, [...actsOf(place, this.store, this.config), ...this.drawn.actsFor(place)], { focus: true });
  }

  /** Offers to ask about one of the areas whose border was clicked. */
  private offerOutlined(outlines: readonly { layer: string; code: string; name: string }[]): void {
    const places = outlines.filter(({ layer }) => layer !== this.store.now.layer).slice(0, 3);
    if (places.length === 0) return withdraw();
    offer(places.map(({ name }) => name).join(" · "), places.map(({ layer, code, name }) =>
      [`Show only ${name}`, () => this.store.set({ within: `${layer}:${code}`, area: "" })]), { focus: false });
  }

  /** Brings the one place that is asked about into view. */
  private lookAtPlace(): void {
    const { within } = this.store.now;
    const shape = shapeOf(within);
    if (shape) return this.drawn.lookAt(shape);
    const layer = placeLayer(this.store.now);
    if (layerOf(this.config, layer)) void this.zoomTo(within.slice(layer.length + 1), layer);
  }

  private lookAt(place: Pick<Place, "bbox" | "point">, maxZoom = CLOSE_ZOOM + 1): void {
    const still = prefersStillness();
    const [west, south, east, north] = place.bbox ?? [0, 0, 0, 0];
    if (place.bbox && east - west > 1e-4 && north - south > 1e-4) {
      this.pane.map.fitBounds([west, south, east, north], { padding: 60, maxZoom, animate: !still, duration: 600 });
    } else if (place.point) {
      this.pane.map.flyTo({ center: place.point, zoom: Math.min(CLOSE_ZOOM, maxZoom), animate: !still, duration: 600 });
    }
  }

  private async addLabels(): Promise<void> {
    await this.drawing;
    if (this.config.background) return; // it has names of its own
    const labels = new Labels(byId("labels"), this.pane);
    const named = this.config.layers.filter((layer) => layer.areas <= 150).slice(0, 2);
    for (const [rank, layer] of named.entries()) {
      try {
        labels.add(await ask(`v1/boundaries/${encodeURIComponent(layer.id)}.geojson`), rank);
      } catch {
        return; // a map without names is still a map; the service says elsewhere that it is away
      }
    }
  }

  /** Whether a heat map may be asked for in classes of one's own. */
  private hasFreeClasses(view: View): boolean {
    return publishedOf(this.config, view.dataset) === null;
  }

  /** While it plays all periods share the classes: the view with those that are played. */
  private pooled(view: View): View {
    const dataset = datasetOf(this.config, view.dataset);
    return { ...view, pool: this.timeline.isPlaying ? windowsOf(view, dataset, unitOf(this.config, view.dataset)) : [] };
  }

  private breaksOf(view: View): Breaks {
    return this.hasFreeClasses(view) ? this.held.of(view, this.timeline.isPlaying) : [];
  }

  private async prefetch(view: View): Promise<void> {
    const breaks = this.breaksOf(view);
    await Promise.allSettled([
      answerOf(this.pooled(view)),
      ...(kindOf(view).isHeat
        ? [ask(heatAddress(view, "tilejson.json", breaks)), ask(heatAddress(view, "legend.json", breaks))] : []),
    ]);
  }

  private recolour(): void {
    for (const pane of [this.pane, this.comparison.existing]) pane?.setInk(inkNow());
    this.draw(); // classes have other colours on another ground
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** The layer of the one place that is asked about; empty for everywhere. */
function placeLayer({ within }: View): string {
  return within.split(":")[0] ?? "";
}
