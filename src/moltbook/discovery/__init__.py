"""Discovery: what one meets who does not know yet what to look for – the homepage, an agent's feed, its best, its like.

Not here: the feeds themselves (feeds), an agent's own page (profiles).
"""

from moltbook.discovery.endpoints import ENDPOINTS

__all__ = ["ENDPOINTS"]
