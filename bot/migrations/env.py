"""Alembic's entry: runs the migrations in one transaction on the configured database."""

from alembic import context

from bot.db import create_engine, metadata

engine = create_engine(str(context.config.get_main_option("sqlalchemy.url")))
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
