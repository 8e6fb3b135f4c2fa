"""``agora serve``: strangers hand in agents, workers rank them, and everybody reads the tables.

``folder.py`` knows the data folder, ``tokens.py`` who may do what, ``limits.py`` how much and how often,
``uploads.py`` takes archives in, ``desk.py`` puts them into the queue, ``shield.py`` stands before every request,
``answers.py`` says what the API answers, ``api.py`` and ``pages.py`` are the routes, ``app.py`` puts them together.
``worker.py`` is a process of its own: ``examine.py`` says what it finds out about a submission, ``editions.py`` plays
the season with it. ``run.py`` starts it all, ``logs.py`` keeps secrets out of logs.

The process that answers requests never unpacks, imports or runs what was handed in.
"""
