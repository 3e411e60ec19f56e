"""Ten questions to a running service by a client that openapi-python-client generated."""

import json
import sys

from atlas_client import Client
from atlas_client.api.catalogue import read_boundaries, read_dataset, read_datasets
from atlas_client.api.choropleths import read_choropleth, read_choropleth_as
from atlas_client.api.heatmaps import read_heatmap_summary
from atlas_client.api.hotspots import read_emerging, read_hotspots
from atlas_client.api.tables import read_breakdown, read_trend
from atlas_client.models import (
    BreakdownTable,
    ChoroplethTable,
    EmergingTable,
    HotspotRow,
    HotspotTable,
    Problem,
    ReadChoroplethAsSuffix,
    ReadEmergingStep,
    TrendTable,
)


def main(base_url: str, dataset: str, layer: str) -> dict[str, object]:
    """What ten answers say."""
    answers: dict[str, object] = {}
    with Client(base_url=base_url) as client:
        datasets = read_datasets.sync(client=client)
        assert datasets is not None
        assert not isinstance(datasets, (Problem, str))
        boundaries = read_boundaries.sync_detailed(client=client)
        answers["layers"] = int(boundaries.status_code)

        choropleth = read_choropleth.sync(
            dataset, layer, client=client, from_="2024-01", to="2024-12"
        )
        assert isinstance(choropleth, ChoroplethTable)
        answers["count"] = sum(row.count or 0 for row in choropleth.rows)

        hotspots = read_hotspots.sync(dataset, layer, client=client, permutations=99)
        assert isinstance(hotspots, HotspotTable)
        leading: HotspotRow = hotspots.rows[0]
        answers["leading"] = leading.code

        emerging = read_emerging.sync(
            dataset, layer, client=client, permutations=99, step=ReadEmergingStep.QUARTER
        )
        assert isinstance(emerging, EmergingTable)
        answers["emerging"] = len(emerging.rows)

        trend = read_trend.sync(dataset, client=client)
        assert isinstance(trend, TrendTable)
        answers["months"] = len(trend.rows)

        breakdown = read_breakdown.sync(dataset, client=client, by=["category"])
        assert isinstance(breakdown, BreakdownTable)
        answers["categories"] = len(breakdown.rows)

        summary = read_heatmap_summary.sync_detailed(dataset, client=client, bandwidth_m=800.0)
        answers["summary"] = int(summary.status_code)

        csv = read_choropleth_as.sync(dataset, layer, ReadChoroplethAsSuffix.CSV, client=client)
        assert isinstance(csv, str)
        answers["csv"] = len(csv.split("\n"))

        refusal = read_dataset.sync("none", client=client)
        assert isinstance(refusal, Problem)
        answers["refusal"] = refusal.detail
    return answers


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
