"""Listening, blocking: the long poll, and coming back when a line breaks.

Its twin `live_asynchronous` knows more ways. Not here: cursor and messages (live).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import httpx2

from moltbook.client.errors import MoltbookError
from moltbook.client.live import Course, Trouble, poll
from moltbook.client.live_model import Event, Wish
from moltbook.client.retry import RetryPolicy
from moltbook.client.transport import answer_of, ask_blocking, request_of, trouble_of, waiting_seconds


def listen(
    http: httpx2.Client,
    api_key: str | None,
    wish: Wish,
    since: int | None,
    *,
    retry: RetryPolicy,
    rng: Random,
    sleep: Callable[[float], None],
    on_trouble: Trouble | None,
) -> Iterator[Event]:
    """Every event, once and in order. The first question only asks where one is, so that nothing can be missed.

    Raises: MoltbookError.
    """
    course = Course(since)
    while True:
        call = poll(wish, course.seq, 0 if course.seq is None else waiting_seconds(http.timeout))
        try:
            answer = answer_of(call, ask_blocking(http, request_of(call, api_key)))
        except httpx2.RequestError as failure:
            answer = trouble_of(failure)
        if isinstance(answer, MoltbookError):
            pause = course.pause_after(answer, retry, rng)
            if pause is None:
                raise answer
            if on_trouble is not None:
                on_trouble(answer)
            sleep(pause)
            continue
        for event in answer.events:
            course.reach(event.seq)
            yield event
        course.reach(answer.seq)
