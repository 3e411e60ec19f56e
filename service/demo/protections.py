"""Who may see what of the demonstration: some of it is open, the callouts are published."""

from typing import Final

from service.model.protection import Agreement, CellPlan, Protection

PROTECTIONS: Final = (
    *(
        Protection(dataset=dataset, policy="open")
        for dataset in ("fires", "fires-accidental", "police-crime")
    ),
    Protection(
        dataset="callouts",
        policy="ons-cell-key",
        cells=CellPlan(layer="ward", period="year"),
        agreement=Agreement(
            owner="Ambulance trust of the demonstration county (synthetic)",
            contact="nobody: the county is invented",
            purpose="Prevention of violence",
            legal_basis="none needed: the records are about no real people",
            marking="OFFICIAL-SENSITIVE (demonstration)",
            retention_months=240,
        ),
    ),
)
