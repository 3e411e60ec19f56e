"""Makes the CSV files of this folder with acro; see README.md."""

import csv
from pathlib import Path

import acro
import numpy as np
import pandas as pd

AREAS, CATEGORIES = 30, 8
SIZES = [0, 1, 2, 3, 5, 9, 10, 11, 14, 20]
CHECKS = {
    "threshold": "MinimumThresholdCheck",
    "zero": "PresenceOfZeroCheck",
    "dominance": "NKCheck",
    "p_ratio": "PPercentCheck",
}

rng = np.random.default_rng(7)
rows = []
for area in range(AREAS):
    for category in range(CATEGORIES):
        records = int(rng.choice(SIZES))
        weights = np.round(rng.gamma(0.3 if category % 2 else 3.0, 10, records), 2)
        if area == 0:
            weights[:] = 0
        elif records and rng.random() < 0.3:
            weights[0] = round(weights[1:].sum() * rng.choice([0.5, 2, 9]), 2)
        rows += [(area, category, weight) for weight in weights]
frame = pd.DataFrame(rows, columns=["area", "category", "weight"])
frame.to_csv("records.csv", index=False)

session = acro.ACRO(suppress=False)
session.crosstab(frame.area, frame.category)
session.crosstab(frame.area, frame.category, values=frame.weight, aggfunc="sum")
counts, sums = (result.outcome for result in session.results.results.values())
with Path("outcomes.csv").open("w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["area", "category", "threshold", "zero", "dominance", "p_ratio"])
    for area in range(AREAS):
        for category in range(CATEGORIES):
            words = counts.loc[area, category], sums.loc[area, category]
            writer.writerow(
                [area, category]
                + [int(CHECKS[name] in words[0]) for name in ("threshold", "zero")]
                + [int(CHECKS[name] in words[1]) for name in ("dominance", "p_ratio")]
            )
