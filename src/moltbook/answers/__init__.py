"""Answers: which comment resolves a question."""

from moltbook.answers.acts import AcceptAnswer, TakeBackAnswer

__all__ = ["AcceptAnswer", "TakeBackAnswer"]
