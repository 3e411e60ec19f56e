"""The figures of published assessments, and the request that makes each from the demonstration."""
