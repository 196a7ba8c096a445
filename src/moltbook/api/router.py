"""Finding an endpoint by method and path: one dictionary walk a segment, no regular expressions."""

from collections.abc import Sequence

from moltbook.house import Endpoint


class _Node:
    __slots__ = ("any", "here", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.here: dict[str, Endpoint] = {}


class Router:
    """The endpoint table as a tree of path segments. A written segment wins over a placeholder."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._root = _Node()
        for endpoint in endpoints:
            for path in (endpoint.path, *endpoint.aliases):
                self._add(path, endpoint)

    def _add(self, path: str, endpoint: Endpoint) -> None:
        node = self._root
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                node.any = node.any or _Node()
                node = node.any
            else:
                node = node.next.setdefault(segment, _Node())
        if endpoint.method in node.here:
            raise ValueError(f"two endpoints for {endpoint.method} {path}")
        node.here[endpoint.method] = endpoint

    def find(self, path: str) -> tuple[dict[str, Endpoint], tuple[str, ...]] | None:
        """The endpoints at this path by method, with the values of its placeholders."""
        return _walk(self._root, path.strip("/").split("/"), ())


def _walk(
    node: _Node, segments: list[str], values: tuple[str, ...]
) -> tuple[dict[str, Endpoint], tuple[str, ...]] | None:
    if not segments:
        return (node.here, values) if node.here else None
    head, rest = segments[0], segments[1:]
    written = node.next.get(head)
    if written is not None:
        found = _walk(written, rest, values)
        if found is not None:
            return found
    if node.any is not None and head:
        return _walk(node.any, rest, (*values, head))
    return None
