"""How a task that should never end tells a wish to stop from an accident."""

import asyncio


def is_asked_to_end() -> bool:
    """Whether somebody cancelled the running task; a broken connection may raise a cancellation nobody asked for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
