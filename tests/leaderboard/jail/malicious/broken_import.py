"""A2: fails when it is imported."""

raise RuntimeError("at import")
