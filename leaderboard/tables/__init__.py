"""From the results of a log to tables, and from tables to files: ``evidence.py`` sums up the games, ``sections.py``
makes the tables out of what ``layout.py`` names, ``writers.py`` and ``report.py`` write them."""
