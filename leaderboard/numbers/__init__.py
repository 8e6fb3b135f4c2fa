"""Statistics, as pure functions of arrays.

``statistics.py`` has the intervals that every table uses. Of one player: ``scores.py``, ``comparisons.py``,
``trading.py``, ``negotiation.py``. Of several: ``ratings.py``, ``duels.py``, ``cycles.py``, ``nash_averaging.py``.
"""
