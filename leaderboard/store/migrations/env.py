"""How Alembic runs the steps of ``versions/``: within the transaction of whoever opened the database, so that all of
them come to be, or none."""

from alembic import context

from agora.leaderboard.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
