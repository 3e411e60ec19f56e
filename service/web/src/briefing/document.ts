// Views in order as one document: each with its sentence, its printed map and its leading rows.

import { askFile } from "../answers/api.ts";
import type { Table } from "../answers/types.ts";
import { byId, fill, h } from "../dom.ts";
import { inWords, onlyWords } from "../panels/drawn.ts";
import { subjectWords, drawMarking } from "../panels/summary.ts";
import { sorted } from "../panels/table.ts";
import type { Desk } from "../takeaway/desk.ts";
import { datasetOf } from "../view/defaults.ts";
import { publishedOf } from "../view/published.ts";
import type { View } from "../view/state.ts";
import { answerOf, sentencesOf } from "../views/answer.ts";
import { ofLastYear } from "../views/before.ts";
import { kindOf, pictureAddress } from "../views/registry.ts";
import { periodWords } from "../words/months.ts";
import type { SavedView } from "./saved.ts";

const ROWS = 10;

/** Prints views as one document; what has no answer is in it with the reason. */
export async function printBriefing(views: readonly SavedView[], desk: Desk): Promise<void> {
  const place = byId("briefing");
  const parts = [];
  for (const each of views) { // in turn: pictures are heavy
    parts.push(await sectionOf(each, desk).catch((error: unknown) => h("article", { class: "slide" },
      h("h2", {}, each.title),
      h("p", {}, `There is no answer: ${error instanceof Error ? error.message : String(error)}`))));
  }
  fill(place, ...parts);
  document.body.dataset["printing"] = "briefing";
  window.print();
  delete document.body.dataset["printing"];
}

async function sectionOf({ title, view: hash }: SavedView, desk: Desk): Promise<HTMLElement> {
  const view = desk.store.read(hash);
  const dataset = datasetOf(desk.config, view.dataset);
  if (!dataset) throw new Error(`${title}: its dataset is not there.`);
  const answer = await answerOf(view);
  const table = ofLastYear(answer);
  const signal = new AbortController().signal; // nothing takes its place
  const hasCategories = publishedOf(desk.config, view.dataset)?.by_category !== false;
  const sentences = (await sentencesOf(view, table, hasCategories, signal)) ?? kindOf(view).sentences(table);
  const heading = [
    subjectWords(view, dataset), onlyWords(view, answer.provenance), periodWords(view.from, view.to),
  ].filter(Boolean).join(", ");
  const picture = await pictureOf(view, heading);
  const marking = h("p", { class: "marking" });
  drawMarking(marking, desk.config.access[view.dataset]);
  return h("article", { class: "slide" },
    h("h2", {}, title), marking,
    answer.provenance.synthetic && h("p", { class: "badge" }, "Synthetic data"),
    h("p", {}, h("strong", {}, `${heading}: `), inWords(view, answer.provenance, sentences).join(" ")),
    picture,
    rowsOf(view, table),
    h("p", { class: "source" },
      `Source: ${[dataset.source, dataset.licence].filter(Boolean).join(", ")}. ${answer.provenance.software}, `
      + `rows ${answer.provenance.rows_sha256?.slice(0, 12) ?? ""}. ${new URL(hash, document.baseURI).href}`));
}

async function pictureOf(view: View, heading: string): Promise<HTMLElement> {
  const address = pictureAddress(view, "svg");
  if (address === null) return h("p", {}, "There is no picture composed for paper of this view.");
  try {
    const picture = await (await askFile(address)).blob();
    const image = h("img", { src: URL.createObjectURL(picture), alt: `Picture: ${heading}` });
    await image.decode();
    return image;
  } catch (error) {
    return h("p", {}, `There is no picture: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function rowsOf(view: View, table: Table): HTMLElement {
  const columns = kindOf(view).columns(view, table).filter((each) => each.kind !== "run");
  const rows = sorted(table.rows, view.sort || kindOf(view).sort(view));
  const more = rows.length > ROWS ? `The first ${ROWS} of ${rows.length} rows.` : "";
  return h("table", {},
    h("caption", {}, more),
    h("thead", {}, h("tr", {}, ...columns.map((each) => h("th", { scope: "col", class: each.kind }, each.title)))),
    h("tbody", {}, ...rows.slice(0, ROWS).map((row) =>
      h("tr", {}, ...columns.map((each) => h("td", { class: each.kind }, each.words(row)))))));
}
