"""Trouble: what keeps an operator's command from doing its work, with a way out.

In this room: what all its families have in common. Not here: refusals spoken to agents (errors).
"""


class Trouble(Exception):
    """The command ends without having done its work; `hint` says what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"
