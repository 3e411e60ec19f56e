// Search by name, code or postcode: a combobox that the keyboard drives.

import { ask, isAborted, query } from "../answers/api.ts";
import type { Place, Table } from "../answers/types.ts";
import { byId, debounced, fill, h } from "../dom.ts";
import { plainTitle } from "../words/words.ts";

/** Asks while the reader types, and says which place was chosen. */
export function makeSearch(chosen: (place: Place) => void, failed: (error: unknown) => void): void {
  const input = byId("search", HTMLInputElement);
  const list = byId("search-results");
  const told = byId("search-status");
  let places: Place[] = [];
  let active = -1;
  let asked: AbortController | null = null;

  const close = (): void => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const show = (): void => {
    fill(list, ...places.map((place, k) => option(place, k)));
    list.hidden = places.length === 0;
    input.setAttribute("aria-expanded", String(places.length > 0));
  };
  const activate = (k: number): void => {
    active = places.length === 0 ? -1 : (k + places.length) % places.length;
    [...list.children].forEach((each, at) =>
      each.setAttribute("aria-selected", String(at === active)));
    if (active >= 0) input.setAttribute("aria-activedescendant", `place-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  };
  const choose = (k: number): void => {
    const place = places[k];
    if (!place) return;
    input.value = place.name;
    close();
    chosen(place);
  };
  const look = debounced(120, async () => {
    asked?.abort();
    const text = input.value.trim();
    if (text.length < 2) {
      told.textContent = "";
      close();
      return;
    }
    asked = new AbortController();
    try {
      const found = await ask<Table>(`v1/places${query([["q", text]])}`, asked.signal);
      places = found.rows as unknown as Place[];
      show();
      active = -1;
      const nearly = found.provenance.notes.some((note) => note.includes("nearly so")) ? `No place is called “${text}”; nearly: ` : "";
      told.textContent = places.length === 0
        ? `No place is called “${text}”.`
        : `${nearly}${places.length} places; use the arrow keys.`;
    } catch (error) {
      if (!isAborted(error)) failed(error);
    }
  });

  input.addEventListener("input", look);
  input.addEventListener("focus", () => { if (input.value && places.length > 0) show(); });
  input.addEventListener("blur", () => window.setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) show();
      activate(active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(Math.max(0, active));
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const item = (event.target as Element).closest("[role=option]");
    if (item) choose([...list.children].indexOf(item));
  });
}

function option(place: Place, k: number): HTMLElement {
  const kind = place.kind === "area" ? plainTitle(place.layer_title ?? "Area") : place.kind;
  const where = [place.inside, kind].filter(Boolean).join(" · ");
  return h("li", { role: "option", id: `place-${k}`, "aria-selected": "false" },
    h("span", { class: "place-name" }, place.name), h("span", { class: "place-kind" }, where));
}
