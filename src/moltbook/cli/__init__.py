"""What an operator does by hand: `moltbook up`, `import`, `doctor`, `claim`, `keys`, `app`."""

from moltbook.cli.main import main

__all__ = ["main"]
