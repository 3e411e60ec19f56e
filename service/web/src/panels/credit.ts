// Whose data are shown, in the words that their licences ask for.

import type { PageConfig } from "../answers/types.ts";
import { byId } from "../dom.ts";

const OPEN_GOVERNMENT = /Open Government Licence|\bOGL\b/;
const SHORT = 180; // letters; more stand behind a word
const CONTAINS = "Contains public sector information licensed under the Open Government Licence v3.0";
const SURVEY = "Contains OS data © Crown copyright and database right";
const DERIVED = /^derived from (\S+) version/;

interface Origin {
  source: string;
  licence: string;
}

/** The statement for some sources: each licence once, with whom it is from. */
export function creditOf(datasets: readonly Origin[], layers: readonly (Origin & { id: string })[], background = ""): string {
  const origins = layers.map((layer) => {
    const parent = DERIVED.exec(layer.source)?.[1]; // a derived layer is as much its parent's
    return layers.find((each) => each.id === parent) ?? layer;
  });
  const sources = new Map<string, Set<string>>();
  for (const { source, licence } of [...datasets, ...origins]) {
    const words = OPEN_GOVERNMENT.test(licence) ? CONTAINS : licence;
    if (source || words) sources.set(words, (sources.get(words) ?? new Set()).add(source));
  }
  const statements = [...sources].map(([words, names]) => {
    const list = [...names].filter(Boolean).join("; ");
    return words && list ? `${words}: ${list}` : words || list;
  });
  const isSurveyed = origins.some(({ source, licence }) =>
    OPEN_GOVERNMENT.test(licence) && /Office for National Statistics|\bONS\b|Ordnance Survey/.test(source));
  const said = [...statements, background].join(" ");
  return [...statements, isSurveyed && !/contains OS data/i.test(said) ? SURVEY : "", background]
    .filter(Boolean).join(". ");
}

/** Shows the credits; where there is no room behind a word. */
export function drawCredit(config: PageConfig): void {
  const narrow = window.matchMedia("(max-width: 1180px)");
  const place = byId("credit", HTMLDetailsElement);
  const credit = creditOf(config.datasets, config.layers, config.background?.attribution);
  const fit = (): void => {
    place.open = !narrow.matches && credit.length <= SHORT;
    place.classList.toggle("long", credit.length > SHORT);
  };
  byId("credit-text").textContent = credit;
  narrow.addEventListener("change", fit);
  fit();
}
