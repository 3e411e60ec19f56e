// Where numbers are from, so that somebody else finds the same ones or learns that they are gone.

import { versionOf } from "../answers/api.ts";
import type { PageConfig, Table } from "../answers/types.ts";
import { byId } from "../dom.ts";
import { onlyWords } from "../panels/drawn.ts";
import { subjectWords } from "../panels/summary.ts";
import { layerOf } from "../view/defaults.ts";
import type { Store, View } from "../view/state.ts";
import { answerOf } from "../views/answer.ts";
import { tableAddress } from "../views/registry.ts";
import { periodWords } from "../words/months.ts";
import { layerWords } from "../words/words.ts";

const DIGITS = 12; // of the digest of the rows

export interface Citation {
  words: string;
  /** The answer as JSON, at this version and no other. */
  answer: string;
  /** The view, which says whether its numbers are those that were cited. */
  link: string;
}

/** The citation of what a view shows. */
export async function citationOf(view: View, config: PageConfig, store: Store): Promise<Citation> {
  const address = tableAddress(view);
  const table = await answerOf(view);
  const version = await versionOf(address);
  const rows = rowsOf(table);
  const answer = new URL(`${address}${address.includes("?") ? "&" : "?"}v=${version}`, document.baseURI).href;
  const link = store.linkTo({ ...view, cited: `${version}.${rows}` });
  const dataset = config.datasets.find((each) => each.id === view.dataset);
  const layer = layerOf(config, view.layer)?.title ?? view.layer;
  const source = [dataset?.source, dataset?.licence].filter(Boolean).join(", ");
  const words = [
    dataset && `${[
      subjectWords(view, dataset), onlyWords(view, table.provenance), periodWords(view.from, view.to), layerWords(layer),
    ].filter(Boolean).join(", ")}.`,
    `${config.title} (${table.provenance.software}), version ${version} of the data, rows ${rows}.`,
    source && `Source: ${source}.`,
    table.provenance.synthetic && "Synthetic data.",
    answer,
  ].filter(Boolean).join(" ");
  return { words, answer, link };
}

function rowsOf(table: Table): string {
  return table.provenance.rows_sha256?.slice(0, DIGITS) ?? "";
}

/** Says whether the numbers are those that a link cites; nothing where it cites none. */
export async function showCited(view: View, table: Table): Promise<void> {
  const place = byId("cited");
  place.hidden = view.cited === "";
  place.textContent = view.cited === "" ? "" : citedWords(view, table, await versionOf(tableAddress(view)));
}

function citedWords(view: View, table: Table, present: string): string {
  const [version = "", rows = ""] = view.cited.split(".");
  const versions = `version ${version} then, ${present} now`;
  if (rows === rowsOf(table)) {
    return present === version
      ? `These are the numbers that were cited: version ${version} of the data.`
      : `The data have changed since this was cited (${versions}); the numbers of this table are the same.`;
  }
  return present === version
    ? "These are not the numbers that were cited: the program has been updated since, or you are shown less than whoever cited them."
    : `These are not the numbers that were cited. The data have changed since (${versions}), and earlier versions are not kept.`;
}
