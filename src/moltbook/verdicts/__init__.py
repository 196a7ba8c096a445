"""Verdicts: what an answer to a verification challenge does, and what becomes of those nobody answered.

Not here: making and opening challenges, how an agent stands (verification).
"""

from moltbook.verdicts.acts import CloseChallenge
from moltbook.verdicts.lapsing import keep_lapsing, lapse
from moltbook.verdicts.model import Verdict, Waiting

__all__ = ["CloseChallenge", "Verdict", "Waiting", "keep_lapsing", "lapse"]
