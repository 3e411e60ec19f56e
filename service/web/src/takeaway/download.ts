// Files of answers: one that takes long is waited for, so that nobody saves the news of a job instead.

import { askFile } from "../answers/api.ts";
import { h } from "../dom.ts";
import { showFailure } from "../panels/status.ts";

const KEPT_MS = 60_000; // until a browser has surely read what it saves

/** Has the page fetch what its links offer to save. */
export function makeDownloads(): void {
  document.addEventListener("click", (event) => {
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[download]") : null;
    if (!link || !isPlain || link.protocol === "blob:") return;
    event.preventDefault();
    if (link.ariaBusy === "true") return;
    link.ariaBusy = "true";
    void save(link.href).finally(() => (link.ariaBusy = null));
  });
}

async function save(address: string): Promise<void> {
  try {
    const response = await askFile(address);
    const href = URL.createObjectURL(await response.blob());
    const link = h("a", { href, download: nameOf(response, address) });
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(href), KEPT_MS);
  } catch (error) {
    document.querySelector<HTMLDialogElement>("dialog[open]")?.close(); // what is said stands below it
    showFailure(error, () => void save(address));
  }
}

/** The name that the service gives the file. */
function nameOf(response: Response, address: string): string {
  const quoted = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
  return quoted ? decodeURIComponent(quoted) : (new URL(address).pathname.split("/").at(-1) ?? "");
}
