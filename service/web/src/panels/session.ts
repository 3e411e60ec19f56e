// Who looks: signs in with a key, says who is signed in, signs out.

import { Refused, ask, send } from "../answers/api.ts";
import { byId } from "../dom.ts";
import { announce, onKeyNeeded } from "./status.ts";

const ADDRESS = "v1/session";
const LONGEST_MS = 2 ** 31 - 1; // that a timer can wait

/** Who asks, as the service knows them. */
export interface Session {
  role: string;
  key_id: string | null;
  expires: string | null;
  needs_key: boolean; // whether a key would show more
}

const ROLE_WORDS: Record<string, string> = {
  public: "public", partner: "partner", analyst: "analyst", admin: "administrator", owner: "owner",
};

/** The form and the buttons for keys; they show where the service asks for keys. */
export class SignIn {
  private readonly dialog = byId("sign-in", HTMLDialogElement);
  private readonly field = byId("key", HTMLInputElement);
  private readonly problem = byId("key-problem");
  private readonly submit = byId("key-submit", HTMLButtonElement);

  constructor() {
    byId("sign-in-open").addEventListener("click", () => this.open());
    byId("sign-out").addEventListener("click", () => void this.end());
    byId("key-cancel").addEventListener("click", () => this.dialog.close());
    byId("key-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.begin();
    });
    this.dialog.addEventListener("close", () => this.empty());
    onKeyNeeded(() => this.open());
  }

  /** Says who is signed in; null where the service does not say. */
  draw(session: Session | null): void {
    const isSignedIn = Boolean(session?.key_id);
    byId("sign-in-open").hidden = isSignedIn || !session?.needs_key;
    byId("session").hidden = !isSignedIn;
    if (!session?.key_id) return;
    const role = ROLE_WORDS[session.role] ?? session.role;
    byId("who").textContent = `Signed in as ${role}`;
    byId("who").title = `Key ${session.key_id}`;
    if (session.expires) renewAt(new Date(session.expires));
  }

  /** Asks for a key, and says why where there is a reason. */
  open(why = ""): void {
    this.tell(why);
    if (!this.dialog.open) this.dialog.showModal();
    this.field.focus();
  }

  private async begin(): Promise<void> {
    const key = this.field.value.trim();
    if (key === "") {
      this.tell("Enter the key that you were given.");
      return;
    }
    this.submit.disabled = true;
    this.tell("");
    try {
      await send("POST", ADDRESS, { key });
      renew();
    } catch (error) {
      this.tell(error instanceof Refused ? error.message : "The key could not be checked.");
      this.field.select();
    } finally {
      this.submit.disabled = false;
    }
  }

  private async end(): Promise<void> {
    try {
      await send("DELETE", ADDRESS);
      renew();
    } catch {
      announce("Signing out failed: you are still signed in.");
      byId("who").textContent = "Still signed in: signing out failed";
    }
  }

  private tell(words: string): void {
    this.problem.textContent = words;
    this.problem.hidden = words === "";
    this.field.setAttribute("aria-invalid", String(words !== ""));
  }

  private empty(): void {
    this.field.value = "";
    this.tell("");
  }
}

/** Starts the page anew when a session ends, so that it says so. */
function renewAt(end: Date): void {
  const rest_ms = end.getTime() - Date.now();
  if (rest_ms > 0 && rest_ms < LONGEST_MS) window.setTimeout(renew, rest_ms);
}

/** Starts the page anew: nothing that another role was shown stays in its memory. */
function renew(): void {
  window.location.reload();
}

/** Who is signed in; null where the service cannot say. */
export async function readSession(): Promise<Session | null> {
  try {
    return await ask<Session>(ADDRESS);
  } catch {
    return null;
  }
}
