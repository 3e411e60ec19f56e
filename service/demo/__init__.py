"""The demonstration county: invented, the same for a seed, calibrated to published figures.

``state`` says whether a data folder holds it; ``write.ensure_demo`` puts it there through the
stores that real data go through; ``county.build_county`` makes it in memory.
"""
