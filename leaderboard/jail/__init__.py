"""The jail: a stranger's agent plays in a process of its own that can do nothing but answer.

``asked.py`` is the agent on the judge's side, ``worker.py`` what answers on the other, ``protocol.py`` what they say
to each other. ``jailed.py`` asks a process in the jail: ``process.py`` starts, freezes and ends it; ``bubblewrap.py``
and ``confine.py`` put it in chains, by ``landlock.py``, ``seccomp.py`` and ``limits.py``. ``levels.py`` says which
level this machine can hold, and proves it with ``probe.py``. ``remote.py`` asks an agent elsewhere, at one of the
``addresses.py`` that may be asked, and ``serving.py`` answers there. What is defended, and what is not:
docs/threat-model.md.
"""
