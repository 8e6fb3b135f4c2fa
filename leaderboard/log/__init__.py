"""The log of a season: what is in it (``records.py``), how it is written (``writing.py``), and how a third party checks
it (``verify.py``, with ``replays.py``)."""
