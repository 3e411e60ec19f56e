// What taking away needs of the page, and the button that opens its dialog.

import type { PageConfig } from "../answers/types.ts";
import { byId } from "../dom.ts";
import type { MapPane } from "../map/pane.ts";
import { showFailure } from "../panels/status.ts";
import type { Store } from "../view/state.ts";
import { makeDownloads } from "./download.ts";
import { makePrint } from "./print.ts";

export interface Desk {
  store: Store;
  config: PageConfig;
  /** The maps that are shown, the present period first. */
  panes: () => readonly MapPane[];
}

/** Makes the button, and what prints the page; the dialog is loaded when it is opened. */
export function makeTakeAway(desk: Desk): void {
  makePrint(desk);
  makeDownloads();
  const open = (): void => {
    void import("./dialog.ts").then(({ openDialog }) => openDialog(desk), (error: unknown) => showFailure(error, open));
  };
  byId("take-away").addEventListener("click", open);
}
