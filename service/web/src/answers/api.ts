// Questions to the service: what runs is counted, what fails says so in words.

import type { Job, Problem } from "./types.ts";

const POLL_MS = 2_000;
const REMEMBERED = 80;
const REMEMBERED_MS = 120_000;

/** An answer that did not come, in words for the reader. */
export class Refused extends Error {
  constructor(
    readonly status: number, // 0: the service could not be reached
    message: string,
    readonly code: string,
  ) {
    super(message);
  }

  get isAway(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

type Progress = (running: number) => void;
let running = 0;
let told: Progress = () => undefined;

/** Calls with how many questions are open, at each change. */
export function onProgress(progress: Progress): void {
  told = progress;
}

let toldLong: (words: string) => void = () => undefined;

/** Calls with words on an answer that takes long, whenever more of it is done. */
export function onLong(tell: (words: string) => void): void {
  toldLong = tell;
}

/** Keeps the progress shown while something else is drawn. */
export async function counted<Answer>(work: Promise<Answer>): Promise<Answer> {
  told((running += 1));
  try {
    return await work;
  } finally {
    told((running -= 1));
  }
}

interface Kept {
  answer: Promise<unknown>;
  since: number;
}
const kept = new Map<string, Kept>();

/** A JSON answer; the same question within two minutes is not asked again. */
export function ask<Answer>(address: string, signal?: AbortSignal): Promise<Answer> {
  const found = kept.get(address);
  if (found && performance.now() - found.since < REMEMBERED_MS) {
    kept.delete(address);
    kept.set(address, found);
    return abortable(found.answer as Promise<Answer>, signal);
  }
  const answer = counted(fetched<Answer>(address));
  kept.set(address, { answer, since: performance.now() });
  answer.catch(() => kept.delete(address));
  for (const oldest of kept.keys()) {
    if (kept.size <= REMEMBERED) break;
    kept.delete(oldest);
  }
  return abortable(answer, signal);
}

/** The version of the data that an answer is of, by which it can be cited. */
export async function versionOf(address: string): Promise<string> {
  const response = await counted(fetch(address, { method: "HEAD", headers: { Accept: "application/json" } }));
  if (!response.ok) throw new Refused(response.status, `The service answered ${response.status}.`, "");
  return response.headers.get("Data-Version") ?? "";
}

/** A drawing of the service, to stand in the page: its letters and colours follow the page's. */
export function picture(address: string, signal: AbortSignal): Promise<SVGSVGElement> {
  return abortable(counted(drawn(address)), signal);
}

async function drawn(address: string): Promise<SVGSVGElement> {
  const response = await responseTo(address, { Accept: "image/svg+xml" });
  const parsed = new DOMParser().parseFromString(await response.text(), "image/svg+xml").documentElement;
  if (!(parsed instanceof SVGSVGElement)) throw new Refused(0, "The drawing could not be read.", "drawing");
  // It is one picture with a title and a description; its parts have no names of their own.
  for (const part of parsed.querySelectorAll("[role], [aria-label], [aria-roledescription], [aria-hidden]")) {
    for (const name of ["role", "aria-label", "aria-roledescription", "aria-hidden"]) part.removeAttribute(name);
  }
  parsed.querySelector("metadata")?.remove();
  return document.importNode(parsed, true);
}

/** Forgets every answer: the data have changed, or the reader asks again. */
export function forget(): void {
  kept.clear();
}

/** Whether an error only says that nobody waits any more. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

async function fetched<Answer>(address: string): Promise<Answer> {
  return (await (await responseTo(address, { Accept: "application/json" })).json()) as Answer;
}

/** The file of an answer, of whatever kind; one that takes long is waited for. */
export function askFile(address: string): Promise<Response> {
  return counted(responseTo(address, {}));
}

async function responseTo(address: string, headers: HeadersInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { headers });
  } catch {
    throw new Refused(0, "The service does not answer.", "away");
  }
  if (!response.ok) throw await refusal(response);
  if (response.status !== 202) return response;
  await ended((await response.json()) as Job);
  return responseTo(address, headers);
}

/** Waits for the end of an answer that takes long, and tells how far it is. */
async function ended(job: Job): Promise<void> {
  const address = here(`v1/jobs/${job.id}`);
  while (job.status === "waiting" || job.status === "running") {
    const share = Math.round(100 * job.progress);
    toldLong(`This takes about ${Math.ceil(job.estimate_s)} s: ${share} % done.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    job = await fetched<Job>(address);
  }
  toldLong("");
  if (job.status !== "done") {
    const detail = job.problem?.detail;
    const words = typeof detail === "string" ? detail : `The answer was ${job.status}.`;
    throw new Refused(500, words, job.status);
  }
}

/** Sends what has no answer but that it worked. */
export async function send(method: "POST" | "DELETE", address: string, body?: unknown): Promise<void> {
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers: { Accept: "application/json", "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused(0, "The service does not answer.", "away");
  }
  if (!response.ok) throw await refusal(response);
}

async function refusal(response: Response): Promise<Refused> {
  try {
    const problem = (await response.json()) as Problem;
    const code = problem.type.split("/").pop() ?? "";
    return new Refused(response.status, problem.detail || problem.title, code);
  } catch {
    return new Refused(response.status, `The service answered ${response.status}.`, "");
  }
}

function abortable<Answer>(answer: Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new DOMException("no longer wanted", "AbortError"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    answer.then(resolve, reject);
  });
}

/** A query string of what is given, in this order; empty values are left out. */
export function query(
  words: readonly (readonly [name: string, value: string | number | null | undefined])[],
): string {
  const pairs = words
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

/** An address of the service as this page reaches it, wherever it believes itself to be. */
export function here(address: string): string {
  const parsed = new URL(address, window.location.href);
  return decodeURI(`${window.location.origin}${parsed.pathname}`) + parsed.search;
}
