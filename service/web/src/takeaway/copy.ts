// Text to the clipboard, also where the page is no secure context: over plain http.

import { h } from "../dom.ts";

/** Copies a text and says whether that worked; `place` is inside the dialog that is open. */
export async function copyText(text: string, place: HTMLElement = document.body): Promise<boolean> {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed, or the page is not in front: by way of a selection.
    }
  }
  const before = document.activeElement;
  const field = h("textarea", { class: "hidden", readonly: true, "aria-hidden": "true", tabindex: -1 });
  field.value = text;
  place.append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other way over http
  const isCopied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
