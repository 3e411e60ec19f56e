// Views that a reader keeps, in an order: in this browser, in a file, or in a link.

export interface SavedView {
  title: string;
  view: string; // the part of the address from #
}

const KEY = `hotspot-atlas-views:${window.location.pathname}`;
const FORMAT = "hotspot-atlas views";
const MOST = 100;
const LONGEST_TITLE = 200;
const LONGEST_VIEW = 20_000;
export const BRIEFING = "#briefing=";

/** The saved views of this browser. */
export class SavedViews {
  private views: SavedView[] = kept();

  get list(): readonly SavedView[] {
    return this.views;
  }

  add(view: SavedView): void {
    this.keep([...this.views, view].slice(-MOST));
  }

  remove(k: number): void {
    this.keep(this.views.toSpliced(k, 1));
  }

  /** Moves a view to another place in the order. */
  move(k: number, to: number): void {
    this.keep(this.views.toSpliced(k, 1).toSpliced(to, 0, ...this.views.slice(k, k + 1)));
  }

  private keep(views: SavedView[]): void {
    this.views = views;
    try {
      window.localStorage.setItem(KEY, toFile(views));
    } catch {
      // A browser that keeps nothing: the views are there until the dialog is opened again.
    }
  }
}

function kept(): SavedView[] {
  try {
    return readFile(window.localStorage.getItem(KEY) ?? toFile([]));
  } catch {
    return [];
  }
}

/** Views as the text of a file. */
export function toFile(views: readonly SavedView[]): string {
  return JSON.stringify({ format: FORMAT, version: 1, views }, null, 1);
}

/** The views in the text of a file; an error says what is wrong with it. */
export function readFile(text: string): SavedView[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error("This file has no views: it is not JSON.");
  }
  const { format, version, views } = (content ?? {}) as Record<string, unknown>;
  if (format !== FORMAT) throw new Error("This file has no views of a Hotspot Atlas.");
  if (version !== 1) throw new Error("This file was written by a later version of the page, which has to be updated.");
  return checked(views);
}

function checked(views: unknown): SavedView[] {
  if (!Array.isArray(views) || views.length > MOST) throw new Error(`A file has a list of at most ${MOST} views.`);
  return views.map((each: unknown, k) => {
    const { title, view } = (each ?? {}) as Record<string, unknown>;
    const isTitle = typeof title === "string" && title !== "" && title.length <= LONGEST_TITLE;
    const isView = typeof view === "string" && view.startsWith("#view=") && view.length <= LONGEST_VIEW;
    if (!isTitle || !isView) throw new Error(`View ${k + 1} of the file is not a title and an address that begins with #view=.`);
    return { title, view };
  });
}

/** The part of an address that holds views, all in their order. */
export function briefingHash(views: readonly SavedView[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(views.map(({ title, view }) => [title, view])));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return BRIEFING + text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The views that an address holds; an error says that it holds none. */
export function readBriefing(hash: string): SavedView[] {
  try {
    const text = atob(hash.slice(BRIEFING.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (sign) => sign.charCodeAt(0));
    const pairs = JSON.parse(new TextDecoder().decode(bytes)) as unknown[];
    const views = checked(pairs.map((pair) => {
      const [title, view] = pair as unknown[];
      return { title, view };
    }));
    if (views.length > 0) return views;
  } catch {
    // Said below: the address was cut short on its way, most likely.
  }
  throw new Error("The link to this briefing is not complete. Copy all of it.");
}
