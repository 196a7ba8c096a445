"""Asking a server one question after another, and telling how long it took."""

import http.client
import statistics
import time
from collections.abc import Iterable, Sequence

from rich.console import Console

console = Console()


def ask(port: int, asked: Iterable[tuple[str, dict[str, str]]]) -> list[float]:
    """Milliseconds of each answer to a path and headers, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took: list[float] = []
    for path, headers in asked:
        began = time.perf_counter()
        connection.request("GET", f"/api/v1{path}", headers=headers)
        response = connection.getresponse()
        body = response.read()
        took.append((time.perf_counter() - began) * 1000)
        if response.status != 200:
            raise RuntimeError(f"{path} was refused: {body[:300]!r}")
    connection.close()
    return took


def tell(name: str, took: Sequence[float], p50_ms: float = 0.0, p99_ms: float = 0.0) -> None:
    """One line of the report; what is over its promise says so."""
    ordered = sorted(took)
    p50, p99 = statistics.median(ordered), ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)]
    over = (0 < p50_ms < p50) or (0 < p99_ms < p99)
    promised = "/".join(f"{ms:g}" for ms in (p50_ms, p99_ms) if ms)
    verdict = f"  over {promised}" if over else ""
    console.print(f"{name:<32} {len(ordered):>5}  p50 {p50:6.1f}  p99 {p99:6.1f}  max {ordered[-1]:6.1f}{verdict}")
