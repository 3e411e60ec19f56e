"""The demonstration county: invented, reproducible, calibrated to published figures.

``marker`` says whether a data folder holds it; ``write.ensure_demo`` writes it through the stores
that real data use; ``county.build_county`` builds it in memory.
"""
