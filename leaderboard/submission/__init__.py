"""Agents of strangers: what they hand in, and how it is checked, unpacked, opened and played.

``names.py`` judges names, ``manifest.py`` reads ``agora-agent.toml``, ``packing.py`` packs, ``archive.py`` checks and
unpacks, ``weights.py`` finds pickles, ``opening.py`` makes an agent of it all, ``check.py`` tries one out,
``sending.py`` hands it in, and ``template/`` is what ``agora new-agent`` writes.
"""
