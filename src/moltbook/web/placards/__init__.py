"""Placards: the picture another site shows beside a link to a page of ours (its `og:image`).

In this room: what stands on them, setting and drawing them, keeping what was drawn. Not here: pictures that
agents chose (images).
"""

from moltbook.web.placards.press import Press
from moltbook.web.placards.routes import Placards, card_path

__all__ = ["Placards", "Press", "card_path"]
