// What terms mean; the same words stand in docs/glossary.md.

import terms from "./glossary.json" with { type: "json" };

export interface Term {
  key: string;
  chapter: string;
  term: string;
  labels: string[];
  words: string;
  example: string;
}

const TERMS: readonly Term[] = terms;
const BY_LABEL = new Map(TERMS.flatMap((each) =>
  [each.key, each.term, ...each.labels].map((label): [string, Term] => [plain(label), each])));

/** A label as it is looked up: without case and without a year at its end. */
function plain(label: string): string {
  return label.trim().toLowerCase().replace(/,? \d{4}$/, "");
}

/** The term that a label of the page stands for: its key, its name or one of its other labels. */
export function termOf(label: string): Term | null {
  const words = plain(label);
  return BY_LABEL.get(words) ?? BY_LABEL.get(words.replace(/ of .*$/, "")) ?? null;
}
