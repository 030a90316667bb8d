"""Alembic's way in. The connection and metadata are handed over by `chassis.run.migration`."""

from alembic import context

settings = context.config.attributes
context.configure(
    connection=settings["connection"],
    target_metadata=settings["metadata"],
    render_as_batch=True,
    compare_type=True,
    render_item=settings["render_item"],
    process_revision_directives=settings.get("refuse_empty"),
)
with context.begin_transaction():
    context.run_migrations()
