"""A mention is known by the id of any of its edits."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, union_all

from socialcare.store.tables import EDIT, MENTION


def is_named(platform: str, name: str) -> ColumnElement[bool]:
    """Whether a row of `mention` is the one that a platform calls by this id, in whichever edit; found by index."""
    root = select(MENTION.c.id).where(MENTION.c.platform == platform, MENTION.c.root == name)
    edit = select(EDIT.c.mention).where(EDIT.c.platform == platform, EDIT.c.id == name)
    return MENTION.c.id.in_(union_all(root, edit))
