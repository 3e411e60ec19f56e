// Builds the page into dist/: hashed files, and index.html that names them. finish.mjs comes after.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { context, build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "dist");
const require = createRequire(import.meta.url);
const PUBLIC = "page/"; // where the service serves dist/, seen from the page

const options = {
  absWorkingDir: here,
  entryPoints: { page: "src/main.ts", style: "src/styles/index.css" },
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  target: ["es2022"],
  outdir: dist,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".svg": "file" },
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
};

/** A file of a package, copied under a name that holds a digest of its contents. */
async function copyHashed(source, stem, extension) {
  const content = await readFile(source);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 10).toUpperCase();
  const name = `${stem}-${digest}${extension}`;
  await writeFile(path.join(dist, name), content);
  return name;
}

/** The licences of what is inside the bundle, as their authors ask for. */
async function writeLicences() {
  const parts = [];
  for (const name of await bundledPackages()) {
    const folder = path.join(here, "node_modules", name);
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json")));
    const text = file ? await readFile(path.join(folder, file), "utf8") : String(license);
    parts.push(`${name} ${version}\n\n${text.trim()}\n`);
  }
  await writeFile(path.join(dist, "licences.txt"), parts.join(`\n${"-".repeat(72)}\n\n`));
}

/** MapLibre and what it is made of. */
async function bundledPackages() {
  const found = new Set(["maplibre-gl"]);
  for (const name of found) {
    const manifest = path.join(here, "node_modules", name, "package.json");
    const { dependencies = {} } = JSON.parse(await readFile(manifest));
    for (const each of Object.keys(dependencies)) if (!each.startsWith("@types/")) found.add(each);
  }
  return [...found].sort();
}

function named(outputs, entry) {
  for (const [file, output] of Object.entries(outputs)) {
    if (output.entryPoint === entry) return path.basename(file);
  }
  throw new Error(`nothing was built from ${entry}`);
}

async function finish(metafile, names) {
  const script = named(metafile.outputs, "src/main.ts");
  const style = named(metafile.outputs, "src/styles/index.css");
  const map = named(metafile.outputs, "src/atlas.ts");
  const template = await readFile(path.join(here, "src/index.html"), "utf8");
  const page = template
    .replaceAll("%script%", PUBLIC + script)
    .replaceAll("%map%", PUBLIC + map)
    .replaceAll("%style%", PUBLIC + style)
    .replaceAll("%icon%", PUBLIC + names.icon)
    .replaceAll("%worker%", PUBLIC + names.worker);
  await writeFile(path.join(dist, "index.html"), page);
}

async function prepare() {
  await rm(dist, { recursive: true, force: true });
  await mkdir(dist, { recursive: true });
  const maplibre = path.dirname(require.resolve("maplibre-gl/package.json"));
  const worker = path.join(maplibre, "dist/maplibre-gl-worker.mjs");
  const icon = path.join(here, "src/icon.svg");
  await writeLicences();
  return {
    worker: await copyHashed(worker, "map-worker", ".mjs"),
    icon: await copyHashed(icon, "icon", ".svg"),
  };
}

if (process.argv.includes("--watch")) {
  const names = await prepare();
  const again = {
    name: "finish",
    setup: (each) => each.onEnd((result) => result.metafile && finish(result.metafile, names)),
  };
  await (await context({ ...options, plugins: [again] })).watch();
} else {
  const names = await prepare();
  const { metafile } = await build(options);
  await finish(metafile, names);
}
