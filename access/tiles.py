"""A tree kept in rows: leaves, and the hashes of their groups of 256, of 256 groups, and so on.

Pure: `Tiles` says which rows a growing tree needs, `nodes` finds any perfect subtree among them.
"""

from collections.abc import Callable, Sequence

from access import merkle

BITS = 8
WIDTH = 1 << BITS
# The hashes [first, first + count) of a kept level (0, 8, 16 …), in order.
Kept = Callable[[int, int, int], Sequence[bytes]]


class Tiles:
    """A tree of `size` leaves that takes more; `fresh` are the groups that became full, as (level, index, hash).

    `kept` is asked once for what stands at the right edge: fewer than 256 hashes of each level.
    """

    def __init__(self, size: int, kept: Kept) -> None:
        self.size = size
        self.fresh: list[tuple[int, int, bytes]] = []
        self._edge: list[list[bytes]] = []
        level = 0
        while True:
            whole = size >> level
            first = whole & ~(WIDTH - 1)
            self._edge.append(list(kept(level, first, whole - first)))
            level += BITS
            if not size >> level:
                break

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Take further leaves, by their hashes."""
        taken = 0
        while taken < len(leaves):
            room = WIDTH - len(self._edge[0])
            part = leaves[taken : taken + room]
            self._edge[0].extend(part)
            taken += len(part)
            self.size += len(part)
            self._carry()

    def _carry(self) -> None:
        place = 0
        while len(self._edge[place]) == WIDTH:
            level = (place + 1) * BITS
            full = perfect(self._edge[place])
            self._edge[place] = []
            self.fresh.append((level, (self.size >> level) - 1, full))
            place += 1
            if place == len(self._edge):
                self._edge.append([])
            self._edge[place].append(full)

    def root(self) -> bytes:
        """The root of all leaves so far."""
        peaks: list[bytes] = []
        for edge in reversed(self._edge):
            small = merkle.Range()
            for node in edge:
                small.append(node)
            peaks += small.peaks
        return merkle.Range(self.size, peaks).root()


def perfect(hashes: Sequence[bytes]) -> bytes:
    """The hash over 2**n neighbours."""
    node = merkle.node_hash
    row = list(hashes)
    while len(row) > 1:
        pairs = iter(row)
        row = [node(left, right) for left, right in zip(pairs, pairs, strict=True)]
    return row[0]


def nodes(kept: Kept) -> merkle.NodeAt:
    """The perfect subtrees of a kept tree; each group of 256 is asked for once."""
    seen: dict[tuple[int, int], Sequence[bytes]] = {}

    def node_at(level: int, index: int) -> bytes:
        below = level - level % BITS
        width = 1 << (level - below)
        first = index * width
        group = (below, first // WIDTH)
        if group not in seen:
            seen[group] = kept(below, group[1] * WIDTH, WIDTH)
        start = first % WIDTH
        found = seen[group][start : start + width]
        if len(found) != width:
            raise LookupError(f"The kept tree has no whole subtree {index} of level {level}.")
        return perfect(found)

    return node_at
