"""Brings the tables of a journal to what this program needs, from whatever an earlier one left; by Alembic."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

NEWEST = "0003"  # the last step in versions/


def migrate(connection: Connection) -> None:
    """Take the steps that are missing. All in the connection's transaction: what fails leaves the journal as it was."""
    if is_newest(connection):  # another program was quicker
        return
    from alembic import command  # takes a tenth of a second, which most starts can do without
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_newest(connection: Connection) -> bool:
    """Whether there is nothing to do; a journal older than the record of steps has none."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == NEWEST
