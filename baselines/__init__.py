"""Settings of the baselines, one file each: ``agora train baselines/NAME.toml``.

``steps`` is what it takes to reach the target in targets.toml, the table ``[quick]`` about half a minute, for
``make leaderboard``. ``make results`` trains all of them with several seeds into results/ (run.py). What the keys mean
stands in ``agora.agents.learned.settings``.
"""
