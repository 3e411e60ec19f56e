// The first steps: the configuration and the map's code at once, then the page.

import { ask, onLong, onProgress } from "./answers/api.ts";
import type { PageConfig } from "./answers/types.ts";
import { BRIEFING, readBriefing, type SavedView } from "./briefing/saved.ts";
import { styleNow } from "./map/background.ts";
import { makeTheme } from "./map/theme.ts";
import { makeHelp } from "./panels/help.ts";
import { SignIn, readSession, type Session } from "./panels/session.ts";
import { showDamage, showFailure, showLong, showNotice, showProgress } from "./panels/status.ts";
import { makeShare } from "./takeaway/share.ts";
import { defaultView, possible, toldApart } from "./view/defaults.ts";
import { Store, fromHash } from "./view/state.ts";
import { byId } from "./dom.ts";

const map = import("./atlas.ts");

/** Panels as sheets on a narrow screen. */
function makeSheets(): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-show]")];
  const show = (sheet: string): void => {
    document.body.dataset["sheet"] = sheet;
    for (const each of buttons) each.setAttribute("aria-pressed", String(each.dataset["show"] === sheet));
  };
  for (const each of buttons) each.addEventListener("click", () => show(each.dataset["show"] ?? "map"));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    show("table");
    byId("table-panel").focus();
  });
  new MutationObserver(() => {
    const now = document.body.dataset["sheet"];
    for (const each of buttons) each.setAttribute("aria-pressed", String(each.dataset["show"] === now));
  }).observe(document.body, { attributeFilter: ["data-sheet"] });
}

async function start(): Promise<void> {
  byId("summary").textContent = "Loading the atlas …";
  try {
    const asked = readSession().then((session) => {
      signIn.draw(session);
      return session;
    });
    const [session, config, { Atlas }] = await Promise.all([asked, ask<PageConfig>("v1/page.json"), map]);
    config.datasets = toldApart(config.datasets);
    const { background } = config;
    const style = await styleNow(background);
    if (background && style) background.style = style;
    showDamage(config.damaged);
    if (config.default === null || config.layers.length === 0) {
      if (config.damaged.length === 0) showNothing(session);
      else byId("summary").textContent = "Without what is damaged there is nothing to show.";
      return;
    }
    const defaults = possible(defaultView(config), config, defaultView(config));
    const read = (hash: string): ReturnType<typeof fromHash> =>
      possible(fromHash(hash, defaults), config, defaults);
    const briefing = sharedBriefing();
    const first = briefing[0]?.view ?? window.location.hash;
    const store = new Store(read(first), defaults, (view) => possible(view, config, defaults));
    store.follow(read);
    const { desk } = new Atlas(config, store, defaults);
    if (briefing.length > 0) (await import("./briefing/present.ts")).present(briefing, desk, true);
  } catch (error) {
    showFailure(error, () => void start());
  }
}

/** The views of a link to a briefing; none where the address is no such link. */
function sharedBriefing(): readonly SavedView[] {
  window.addEventListener("hashchange", () => {
    if (window.location.hash.startsWith(BRIEFING)) window.location.reload();
  });
  try {
    return window.location.hash.startsWith(BRIEFING) ? readBriefing(window.location.hash) : [];
  } catch (error) {
    showNotice(error instanceof Error ? error.message : String(error));
    return [];
  }
}

function showNothing(session: Session | null): void {
  if (session?.needs_key && !session.key_id) {
    byId("summary").textContent = "Nothing is shown here without a key.";
    return signIn.open();
  }
  if (session?.role === "public" && !session.key_id) {
    byId("summary").textContent = "Nothing here is open to the public, and no keys have been made.";
    return;
  }
  if (session?.key_id) {
    byId("summary").textContent = "There is nothing that this key may see. Ask whoever runs this service.";
    return;
  }
  byId("summary").textContent =
    "Nothing is loaded yet. Begin with “hotspots import boundaries” and “hotspots import incidents”, or look around with “hotspots demo”.";
}

const signIn = new SignIn();
onProgress(showProgress);
onLong(showLong);
makeTheme();
makeHelp();
makeSheets();
makeShare();
void start();
