// After the page itself: the documentation of the API, and compressed copies of every file.

import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import zlib from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "dist");
const swagger = path.dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
const STAMP = "built.json"; // says what was built: written last
const TEXT = /\.(css|html|js|json|map|mjs|svg|txt)$/;
const SMALL_BYTES = 1000; // not worth compressing

/** A file copied to dist under a name that holds a digest of its contents. */
async function copyHashed(file) {
  const content = await readFile(file);
  const { name, ext } = path.parse(file);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 10).toUpperCase();
  const hashed = `${name}-${digest}${ext}`;
  await writeFile(path.join(dist, hashed), content);
  return hashed;
}

async function writeDocs() {
  let html = await readFile(path.join(here, "docs/docs.html"), "utf8");
  const files = [
    path.join(swagger, "swagger-ui.css"),
    path.join(swagger, "swagger-ui-bundle.js"),
    path.join(here, "docs/docs.css"),
    path.join(here, "docs/docs.js"),
  ];
  for (const file of files) html = html.replaceAll(`%${path.basename(file)}%`, await copyHashed(file));
  await writeFile(path.join(dist, "docs.html"), html);
  const { version } = JSON.parse(await readFile(path.join(swagger, "package.json"), "utf8"));
  const texts = await Promise.all(
    ["LICENSE", "NOTICE"].map((name) => readFile(path.join(swagger, name), "utf8").catch(() => "")),
  );
  const licences = path.join(dist, "licences.txt");
  const before = await readFile(licences, "utf8").catch(() => "");
  const line = "-".repeat(72);
  const ours = `swagger-ui-dist ${version}\n\n${texts.join("\n").trim()}\n`;
  await writeFile(licences, before ? `${before}\n${line}\n\n${ours}` : ours);
}

async function compress(name) {
  const content = await readFile(path.join(dist, name));
  if (content.length < SMALL_BYTES) return;
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 };
  await writeFile(path.join(dist, `${name}.br`), await promisify(zlib.brotliCompress)(content, { params }));
  await writeFile(path.join(dist, `${name}.gz`), await promisify(zlib.gzip)(content, { level: 9 }));
}

await writeDocs();
const names = (await readdir(dist)).filter((name) => TEXT.test(name) && name !== STAMP).sort();
await Promise.all(names.map(compress));
await writeFile(path.join(dist, STAMP), `${JSON.stringify({ files: names }, null, 1)}\n`);
