// The sentences of the answer, and what it was computed from.

import type { Dataset, DatasetAccess, Provenance } from "../answers/types.ts";
import { fill, h } from "../dom.ts";
import type { View } from "../view/state.ts";
import type { Column } from "../views/kind.ts";
import { periodWords } from "../words/months.ts";
import { methodSentences, settingsOf } from "../words/method.ts";
import { counted, listed, numberWords, plainTitle } from "../words/words.ts";

/** What was asked about: the dataset, or its categories. */
export function subjectWords(view: View, dataset: Dataset): string {
  const { categories } = view;
  if (categories.length === 0) return plainTitle(dataset.title);
  if (categories.length <= 3) return listed(categories);
  return `${counted(categories.length, "category", "categories")} of ${plainTitle(dataset.title)}`;
}

/** The name of the one place that an answer is about; empty where it is about all. */
export function placeWords(provenance: Provenance): string {
  return provenance.within?.name ?? "";
}

/** What the map shows, in the sentences of the answer. */
export function drawSummary(
  place: HTMLElement, view: View, dataset: Dataset, where: string, sentences: readonly string[],
): string {
  const { before } = view;
  const against = before ? ` against ${periodWords(before.from, before.to)}` : "";
  const subject = [subjectWords(view, dataset), ...(where ? [`only ${where}`] : [])].join(", ");
  const heading = `${subject}, ${periodWords(view.from, view.to)}${against}:`;
  fill(place, h("strong", {}, heading), ` ${sentences.join(" ")}`);
  return place.textContent;
}

/** The marking and the purpose of a dataset, and in which form it is shown; nothing where open. */
export function drawMarking(place: HTMLElement, access: DatasetAccess | undefined): void {
  const { marking = "", purpose = "", published = null } = access ?? {};
  const words = [
    purpose && `For this purpose only: ${purpose.replace(/\.$/, "")}.`,
    published && access && `Numbers as published by ${published.period}: ${access.policy_title} (${access.policy}).`,
  ].filter((each) => typeof each === "string" && each !== "");
  fill(place, marking && h("strong", {}, marking), marking && words.length > 0 && " · ", words.join(" "));
  place.hidden = !marking && words.length === 0;
}

/** Method, sources, counts and notes of an answer. */
export function drawAbout(place: HTMLElement, provenance: Provenance, dataset: Dataset, address: string): void {
  const entries: [string, string][] = [
    ["Source", [dataset.source, dataset.licence].filter(Boolean).join(". ")],
    ["Counts", Object.entries(provenance.counts)
      .filter(([, count]) => count !== null)
      .map(([name, count]) => `${numberWords(count)} ${name.replaceAll("_", " ")}`).join(", ")],
    ["Rules", rulesWords(provenance.method["rules"])],
    ["Notes", provenance.notes.join(" ")],
    ["Computed by", provenance.software],
  ];
  const listOf = (list: readonly [string, string][]): HTMLElement =>
    h("dl", {}, ...list.filter(([, words]) => words).flatMap(([term, words]) => [h("dt", {}, term), h("dd", {}, words)]));
  fill(place,
    h("ul", { class: "method", "data-testid": "method" }, ...methodSentences(provenance.method).map((each) => h("li", {}, each))),
    listOf(entries),
    h("details", {}, h("summary", {}, "Every setting"), listOf(settingsOf(provenance.method))),
    h("p", {}, h("a", { href: address }, "This answer as JSON, with its provenance")));
}

/** Rules that have a name each, as priorities have. */
function rulesWords(rules: unknown): string {
  if (typeof rules !== "object" || rules === null) return "";
  return Object.entries(rules).map(([name, value]) => `${name.replaceAll("-", " ")}: ${String(value).replaceAll("_", " ")}`).join(". ");
}

/** What the table is of, for who cannot see it. */
export function captionWords(view: View, dataset: Dataset, columns: readonly Column[]): string {
  return `${subjectWords(view, dataset)}, ${periodWords(view.from, view.to)}: ${columns.map((c) => c.title).join(", ")}`;
}
