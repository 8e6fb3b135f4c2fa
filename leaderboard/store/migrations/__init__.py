"""Steps from each version of the tables to the next; `store/database.py` runs them."""
