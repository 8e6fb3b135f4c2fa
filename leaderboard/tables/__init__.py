"""From the results of a log to tables, and from tables to files.

``evidence.py`` sums up the games, ``score.py`` has the number that ranks; ``sections.py`` puts together the tables of
every environment, one module for each kind, and ``overall.py`` those over all environments of one player, out of what
``layout.py`` names. ``writers.py`` and ``report.py`` write them.
"""
