"""Run by Alembic: on the connection, and within the transaction, that `bring_up_to_date` has opened."""

from alembic import context

from socialcare.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
