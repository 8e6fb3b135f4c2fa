"""Self-play and populations: opponents that are drawn from what was learned before."""
