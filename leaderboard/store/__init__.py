"""The store: what a season or a server keeps in a database, SQLite by default, PostgreSQL by address.

==============  =====================================================================================
``schema``      every table, in one place
``database``    from an address to an engine whose tables are there and up to date
``migrations``  how a database of an older version becomes one of this version, step by step
``memory``      units that were played before are taken from the table ``units`` and not played again
``queue``       submissions on their way from received to ranked, and the workers that move them
==============  =====================================================================================

The log stays the truth. It is what the judge wrote, chained so that a changed byte shows, and every table follows from
it alone. The store only saves work: a unit in it is a copy of lines that a judge wrote, kept so that another log, such
as the next edition of a growing season, can be written without playing them again. Whoever doubts the store deletes
it, plays the season again, and gets the same log wherever agents answer alike. Nothing in the store is ever read to
make a table. It belongs to the judge as the log does: a row that was damaged is noticed, one that was forged with care
by somebody who may write to the database is not.
"""
