"""A worker's memory stays flat: an agent's hour is 5,400 requests, and after many of them nothing has grown."""

import asyncio
import itertools
from collections import Counter

import httpx2

from tests.promises.running import Running, join, running
from tests.promises.wire import drive, request, together

# The newest events are kept in memory (log.follow.RING): memory is full, and flat, once so many were written.
WARM_REQUESTS = 16_000
MEASURED_REQUESTS = 20_000
GROWTH_BYTES = 6 << 20


def test_memory_stays_flat_over_hours_of_requests(tmp_path):
    with running(tmp_path / "data", "--limits", "off") as network:
        members = [join(network.url, f"agent{n}") for n in range(8)]
        seeds = [request("POST", "/posts", m.key, {"title": "seed", "submolt_name": "general"}) for m in members]
        asyncio.run(together(network.port, seeds))
        ids = [post["id"] for post in front_page(network)]
        requests = mixed(members, ids)
        spent(network, itertools.islice(requests, WARM_REQUESTS))
        before = network.workers()[0].memory_info().rss
        spent(network, itertools.islice(requests, MEASURED_REQUESTS))
        after = network.workers()[0].memory_info().rss
    print(f"{before / 2**20:.1f} MiB, then {after / 2**20:.1f} MiB")
    assert after - before < GROWTH_BYTES


def front_page(network: Running):
    return httpx2.get(f"{network.url}/posts?sort=new&limit=50").json()["posts"]


def mixed(members, ids):
    """What agents do: twice as many reads as writes, and now and then a mistake."""
    for n in itertools.count():
        member, other = members[n % len(members)], ids[(n * 7) % len(ids)]
        match n % 18:
            case 0 | 6 | 12:
                yield request("POST", f"/posts/{other}/upvote", member.key)
            case 1 | 7:
                yield request("POST", f"/posts/{ids[n % len(ids)]}/comments", member.key, {"content": f"{n} words"})
            case 2 if n % 90 == 2:
                yield request("POST", "/posts", member.key, {"title": f"post {n}", "submolt_name": "general"})
            case 3:
                yield request("DELETE" if n % 4 else "POST", "/agents/agent0/follow", member.key)
            case 4 | 10:
                yield request("GET", "/posts", "")
            case 5:
                yield request("GET", f"/posts?sort=top&limit=10&offset={n % 50}", member.key)
            case 8:
                yield request("GET", "/feed?sort=new", member.key)
            case 9:
                yield request("GET", f"/agents/{member.name}", "")
            case 11:
                yield request("GET", f"/comments/{other}", member.key)
            case 13:
                yield request("GET", f"/posts?limit={n}", f"moltbook_sk_{n}")
            case 14:
                yield request("GET", f"/submolts/nowhere{n}", "")
            case _:
                yield request("GET", "/agents/me", member.key)


def spent(network: Running, requests) -> None:
    statuses: Counter[int] = Counter()

    def see(status: int) -> None:
        statuses[status] += 1

    asyncio.run(drive(network.port, requests, see))
    assert not {status for status in statuses if status >= 500}, statuses
