"""Settings of the baselines that ``make leaderboard`` trains, one file each; ``agora train baselines/NAME.toml``.

Each names what it trains against and how long: ``steps`` is the short budget, of about half a minute on one core, and
the table ``[full]`` the long one (``BUDGET=full``, ``agora train --full``). What the keys mean stands in
``agora.agents.learned.settings``.
"""
