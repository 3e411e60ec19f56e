"""Charts of tables: Vega-Lite made with Altair, drawn without a network, as SVG, PNG and PDF."""
