"""Votes: one agent's judgement of one post or comment."""

from moltbook.votes.acts import CastVote
from moltbook.votes.model import Direction, OwnWork, VoteAction, VoteAnswer, VoteCast, VoteRow
from moltbook.votes.tables import SIGHTS, VOTES

__all__ = ["SIGHTS", "VOTES", "CastVote", "Direction", "OwnWork", "VoteAction", "VoteAnswer", "VoteCast", "VoteRow"]
