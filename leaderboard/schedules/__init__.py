"""Who meets whom on which deals: ``units.py`` says what a unit is, ``designs.py`` chooses the next ones, with
``swiss.py`` and ``adaptive.py``."""
