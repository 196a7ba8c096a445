"""Experiments: the same minds on several networks.

comparison = compare(run(Cast(minds=40, acts=6000), rules=tuple(Rules), seeds=(1, 2, 3, 4, 5), jobs=2, tell=...))
"""

from moltbook.lab.experiment.model import Cast, Comparison, Played, Row, Rules, Side
from moltbook.lab.experiment.run import run
from moltbook.lab.experiment.sides import compare, table

__all__ = ["Cast", "Comparison", "Played", "Row", "Rules", "Side", "compare", "run", "table"]
