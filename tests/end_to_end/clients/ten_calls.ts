// Ten questions to a running service by a generated client: `node ten_calls.ts http://...`.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

type Hotspot = components["schemas"]["HotspotRow"];

const [, , baseUrl, dataset = "", layer = ""] = process.argv;
const client = createClient<paths>({ baseUrl });
const path = { dataset, layer };

// A question that takes long is answered with a job, which has no rows.
function rowsOf<T>(answer: { rows: T[] } | { status: string } | undefined): T[] {
  if (!answer || !("rows" in answer)) throw new Error("no rows");
  return answer.rows;
}

const answers: Record<string, unknown> = {};

const datasets = await client.GET("/v1/datasets");
answers.datasets = datasets.data && "datasets" in datasets.data ? datasets.data.datasets.map((each) => each.id) : [];

const boundaries = await client.GET("/v1/boundaries");
answers.layers = boundaries.data && "boundaries" in boundaries.data ? boundaries.data.boundaries.map((each) => each.id) : [];

const choropleth = await client.GET("/v1/choropleths/{dataset}/{layer}", {
  params: { path, query: { from: "2024-01", to: "2024-12", scheme: "quantiles" } },
});
answers.count = rowsOf(choropleth.data).reduce((sum, row) => sum + (row.count ?? 0), 0);

const hotspots = await client.GET("/v1/hotspots/{dataset}/{layer}", {
  params: { path, query: { permutations: 99, neighbours: "queen" } },
});
const leading: Hotspot | undefined = rowsOf(hotspots.data)[0];
answers.leading = leading?.code;

const emerging = await client.GET("/v1/hotspots/{dataset}/{layer}/emerging", {
  params: { path, query: { permutations: 99, step: "quarter" } },
});
answers.emerging = rowsOf(emerging.data).length;

const trend = await client.GET("/v1/tables/{dataset}/trend", { params: { path: { dataset } } });
answers.months = rowsOf(trend.data).length;

const breakdown = await client.GET("/v1/tables/{dataset}/breakdown", {
  params: { path: { dataset }, query: { by: ["category"] } },
});
answers.categories = rowsOf(breakdown.data).length;

const summary = await client.GET("/v1/heatmaps/{dataset}/summary.json", {
  params: { path: { dataset }, query: { bandwidth_m: 800 } },
});
answers.summary = summary.response.status;

const csv = await client.GET("/v1/choropleths/{dataset}/{layer}.{suffix}", {
  params: { path: { ...path, suffix: "csv" } },
  parseAs: "text",
});
answers.csv = (csv.data as string).split("\n").length;

const refusal = await client.GET("/v1/datasets/{dataset}", { params: { path: { dataset: "none" } } });
answers.refusal = typeof refusal.error === "object" ? refusal.error.detail : undefined;

console.log(JSON.stringify(answers));
