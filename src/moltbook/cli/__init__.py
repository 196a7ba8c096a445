"""What an operator does by hand: `moltbook up`, `import`, `tail`, `doctor`, `claim`, `keys`, `app`."""


def main() -> None:
    """Run the command that was typed."""
    # The server processes live in this room as well, and start sooner without what only commands need.
    from moltbook.cli.main import main as run

    run()
