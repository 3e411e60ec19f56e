"""Sentences about the null hypothesis of a local test."""


def null_sentence(
    measure: str, *, null: str, denominator: str | None, permutations: int | None
) -> str:
    """What the areas were tested against, and what that cannot tell apart.

    Parameters
    ----------
    measure : str
        What was tested.
    null : {"permutation", "poisson"}
        The null of the test.
    denominator : str or None
        Of rates, with its period.
    permutations : int or None
        0 for the analytic p alone.

    Returns
    -------
    str
        One sentence, or two.
    """
    if null == "poisson":
        return (
            f"Tested against incidents drawn anew as if every one of the {denominator} had the "
            "same risk."
        )
    dealt = "as if all areas were alike" if permutations == 0 else "dealt out among the areas"
    if measure == "count":
        return (
            f"Tested against counts {dealt}: where many people live counts are high, and areas "
            "are hot, without any pattern of risk."
        )
    if measure == "density":
        return (
            f"Tested against densities {dealt}: where many people live densities are high without "
            "any pattern of risk."
        )
    if measure == "flags":
        return "Tested against flags dealt out among the areas."
    names = {"weighted": "sums of weights", "harm": "sums of harm"}
    name = {"rate": "rates", "ratio": "ratios", **names}[measure]
    varies = (
        "a sum that rests on few incidents varies more than others"
        if measure in names
        else f"they vary more over few {denominator}, which null=poisson allows for"
    )
    return f"Tested against {name} {dealt}: {varies}."
