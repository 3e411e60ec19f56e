// Everything that can be taken away of a view, in one place.

import { addressOf } from "../answers/addresses.ts";
import { printBriefing } from "../briefing/document.ts";
import { present } from "../briefing/present.ts";
import { SavedViews, briefingHash, readFile, toFile, type SavedView } from "../briefing/saved.ts";
import { fill, h, type Child } from "../dom.ts";
import { announce } from "../panels/status.ts";
import { datasetOf } from "../view/defaults.ts";
import type { View } from "../view/state.ts";
import { kindOf, pictureAddress, tableAddress } from "../views/registry.ts";
import { subjectWords } from "../panels/summary.ts";
import { periodShort } from "../words/months.ts";
import { citationOf } from "./cite.ts";
import type { Desk } from "./desk.ts";
import { printPage } from "./print.ts";
import { copyInto } from "./share.ts";

const FILES: [suffix: string, words: string][] = [
  ["xlsx", "Spreadsheet"], ["csv", "CSV"], ["parquet", "Parquet"],
];
const SHAPES: [suffix: string, words: string][] = [["gpkg", "GeoPackage"], ["geojson", "GeoJSON"]];

let dialog: HTMLDialogElement | null = null;

/** Opens the dialog for what is shown at the moment. */
export function openDialog(desk: Desk): void {
  dialog ??= made();
  draw(dialog, desk);
  dialog.showModal();
}

function made(): HTMLDialogElement {
  const element = h("dialog", {
    id: "take-away-dialog", class: "take-away", "data-testid": "take-away-dialog", "aria-labelledby": "take-away-title",
  });
  document.body.append(element);
  return element;
}

function draw(place: HTMLDialogElement, desk: Desk): void {
  const view = desk.store.now;
  const close = button("Close", "take-away-close", () => place.close());
  fill(place,
    h("div", { class: "take-away-head" }, h("h2", { id: "take-away-title" }, "Take away"), close),
    h("div", { class: "take-away-parts" },
      paperPart(place, desk, view), dataPart(place, view), linkPart(place, desk), citePart(place, desk, view),
      savedPart(place, desk, view)));
}

function part(title: string, ...children: Child[]): HTMLElement {
  return h("section", {}, h("h3", {}, title), ...children);
}

function button(words: string, testid: string, act: () => unknown): HTMLButtonElement {
  const element = h("button", { type: "button", class: "quiet", "data-testid": testid }, words);
  element.addEventListener("click", () => void act());
  return element;
}

function hint(words: string): HTMLElement {
  return h("p", { class: "hint" }, words);
}

function file(words: string, address: string, testid: string): HTMLElement {
  return h("a", { class: "quiet", href: address, download: true, "data-testid": testid }, words);
}

function paperPart(place: HTMLDialogElement, desk: Desk, view: View): HTMLElement {
  const print = button("Print", "print", async () => {
    place.close();
    await printPage(desk);
  });
  const pictures = (["png", "svg", "pdf"] as const).flatMap((suffix) => {
    const address = pictureAddress(view, suffix);
    return address === null ? [] : [file(suffix.toUpperCase(), address, `picture-${suffix}`)];
  });
  return part("On paper",
    h("div", { class: "acts" }, print), hint("The page as it is: map, legend, sentence and table."),
    pictures.length > 0 && h("div", { class: "acts" }, h("span", {}, "Picture:"), ...pictures),
    hint(pictureWords(view, pictures.length > 0)));
}

function pictureWords(view: View, hasPicture: boolean): string {
  if (!hasPicture) return "There is no picture composed for paper of this view: print the page.";
  const words = "Composed for paper with title, legend, source and dates.";
  const isAlone = view.before && kindOf(view).compared !== null;
  return isAlone ? `${words} It shows the present period alone: print the page for both.` : words;
}

function dataPart(place: HTMLDialogElement, view: View): HTMLElement {
  const links = (files: typeof FILES): HTMLElement[] =>
    files.map(([suffix, words]) => file(words, tableAddress(view, suffix), `take-${suffix}`));
  const hasShapes = kindOf(view).rows(view) !== "times";
  const { picture, question, hasNoTiles = false } = kindOf(view);
  const shapes = new URL(tableAddress(view, "gpkg"), document.baseURI).href;
  const copy = button("Copy its address", "copy-gpkg", () => copyInto(copy, shapes, place));
  return part("Numbers",
    h("div", { class: "acts" }, ...links(FILES)),
    hint("The table beside the map, with its period, source and licence."),
    hasShapes && h("div", { class: "acts" }, ...links(SHAPES), copy),
    hasShapes && !hasNoTiles && h("div", { class: "acts" },
      file("QGIS project", addressOf((picture ?? question)(view), "/qgis.qgz"), "take-qgis")),
    hasShapes && hint(hasNoTiles
      ? "In QGIS open the GeoPackage, or its address."
      : "The project draws this view in QGIS, and asks this service for it."));
}

function linkPart(place: HTMLDialogElement, desk: Desk): HTMLElement {
  const link = desk.store.linkTo(desk.store.now);
  const copy = button("Copy link", "copy-link", () => copyInto(copy, link, place));
  const acts = [copy];
  if ("share" in navigator) {
    acts.push(button("Share …", "share-sheet", async () => {
      // A reader who closes the sheet has decided; there is nothing to say.
      await navigator.share({ title: document.title, url: link }).catch(() => undefined);
    }));
  }
  return part("Link", field("Address of this view", link, "link"),
    h("div", { class: "acts" }, ...acts),
    hint("It restores everything you see. What stands behind # is not sent to the service and is in no log."));
}

function field(label: string, text: string, testid: string): HTMLElement {
  const input = h("input", { type: "text", readonly: true, "data-testid": testid, value: text });
  input.addEventListener("focus", () => input.select());
  return h("label", {}, h("span", {}, label), input);
}

function citePart(place: HTMLDialogElement, desk: Desk, view: View): HTMLElement {
  const body = h("div", {}, hint("…"));
  const cite = async (): Promise<void> => {
    const { words, link } = await citationOf(view, desk.config, desk.store);
    const text = h("textarea", { readonly: true, rows: 5, "data-testid": "citation", "aria-label": "Citation" });
    text.value = words;
    const copy = button("Copy citation", "copy-citation", () => copyInto(copy, words, place));
    const copyView = button("Copy cited link", "copy-cited", () => copyInto(copyView, link, place));
    copyView.dataset["link"] = link;
    fill(body, text, h("div", { class: "acts" }, copy, copyView),
      hint("The address gives these very numbers as long as the data are of this version; after that it says that they are gone, because earlier versions are not kept. The link opens this view and says whether its numbers are still those."));
  };
  cite().catch(() => fill(body, hint("There is no answer that could be cited at the moment.")));
  return part("Cite", body);
}

function savedPart(place: HTMLDialogElement, desk: Desk, view: View): HTMLElement {
  const saved = new SavedViews();
  const dataset = datasetOf(desk.config, view.dataset);
  const usual = dataset ? `${kindOf(view).title}: ${subjectWords(view, dataset)}, ${periodShort(view.from, view.to)}` : "View";
  const title = h("input", { type: "text", maxlength: 200, value: usual, "data-testid": "view-title" });
  const rows = h("ol", { class: "saved", "data-testid": "saved-views" });
  const acts = h("div", { class: "acts" });
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const choose = h("input", { type: "file", accept: "application/json,.json", "data-testid": "import-views", "aria-label": "Open a file of views" });
  choose.addEventListener("change", () => void take(choose, saved, problem).then(redraw));
  const save = button("Save this view", "save-view", () => {
    saved.add({ title: title.value.trim() || usual, view: new URL(desk.store.linkTo(desk.store.now)).hash });
    announce("View saved.");
    redraw();
  });

  function redraw(): void {
    const { list } = saved;
    fill(rows, ...list.map((each, k) => savedRow(each, k, saved, desk, place, redraw)));
    rows.hidden = list.length === 0;
    fill(acts, ...(list.length === 0 ? [] : [
      button("Present", "present", () => {
        place.close();
        present(list, desk);
      }),
      button("Print as one document", "print-briefing", async () => {
        place.close();
        await printBriefing(list, desk);
      }),
      file("Save as file", URL.createObjectURL(new Blob([toFile(list)], { type: "application/json" })), "export-views"),
      linkButton(list, place),
    ]));
    acts.querySelector<HTMLAnchorElement>("[download]")?.setAttribute("download", "views.json");
  }

  redraw();
  return part("Saved views and briefing",
    h("div", { class: "acts" }, h("label", {}, h("span", {}, "Title"), title), save), rows, acts,
    h("label", {}, h("span", {}, "Open a file of views"), choose), problem,
    hint("A briefing is the saved views in their order. They are kept in this browser until you remove them, in the file and in the link; numbers are not kept, but asked anew."));
}

function linkButton(list: readonly SavedView[], place: HTMLElement): HTMLButtonElement {
  const link = `${window.location.href.split("#")[0] ?? ""}${briefingHash(list)}`;
  const copy = button("Copy link to all", "copy-briefing", () => copyInto(copy, link, place));
  copy.dataset["link"] = link;
  return copy;
}

function savedRow(
  each: SavedView, k: number, saved: SavedViews, desk: Desk, place: HTMLDialogElement, redraw: () => void,
): HTMLElement {
  const act = (words: string, label: string, change: () => void): HTMLButtonElement => {
    const element = button(words, `view-${label}`, () => {
      change();
      redraw();
    });
    element.setAttribute("aria-label", `${label}: ${each.title}`);
    return element;
  };
  const open = button(each.title, "open-view", () => {
    place.close();
    desk.store.open(each.view);
  });
  return h("li", {}, open,
    k > 0 && act("↑", "up", () => saved.move(k, k - 1)),
    act("×", "remove", () => saved.remove(k)));
}

async function take(choose: HTMLInputElement, saved: SavedViews, problem: HTMLElement): Promise<void> {
  const [chosen] = choose.files ?? [];
  if (!chosen) return;
  try {
    for (const each of readFile(await chosen.text())) saved.add(each);
    problem.hidden = true;
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error);
    problem.hidden = false;
  }
  choose.value = "";
}
