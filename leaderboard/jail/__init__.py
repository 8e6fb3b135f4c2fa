"""The jail: a stranger's agent plays in a process of its own that can do nothing but answer.

``jailed.py`` is the agent on the judge's side, ``worker.py`` what answers inside, ``protocol.py`` what they say to each
other. ``process.py`` starts, freezes and ends the process; ``bubblewrap.py`` and ``confine.py`` put it in chains, by
``landlock.py``, ``seccomp.py`` and ``limits.py``. ``levels.py`` says which level this machine can hold, and proves it
with ``probe.py``. What is defended, and what is not: docs/threat-model.md.
"""
