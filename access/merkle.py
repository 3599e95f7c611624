"""The hash tree of RFC 9162, section 2.1, with SHA-256: pure functions, no storage.

A tree is known by its leaf hashes, `Range` folds them as they come, and proofs ask a function for
the hash of a perfect subtree, so that nobody has to hold the tree.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

# The hash of the perfect subtree over leaves [index * 2**level, (index + 1) * 2**level).
NodeAt = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()
_sha256 = hashlib.sha256


class BadProof(ValueError):
    """The proof does not show what it claims."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one leaf (2.1.1)."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children (2.1.1)."""
    return _sha256(b"\x01" + left + right).digest()


class Range:
    """The perfect subtrees that a tree of `size` leaves is made of, the largest first.

    Enough to take further leaves and to tell the root: log2(size) hashes, whatever the size.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"{size} leaves are {size.bit_count()} perfect subtrees, not {len(self.peaks)}.")

    def append(self, leaf: bytes) -> None:
        """Take one more leaf, by its hash."""
        peaks, bits = self.peaks, self.size
        while bits & 1:
            leaf = _sha256(b"\x01" + peaks.pop() + leaf).digest()
            bits >>= 1
        peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far (2.1.1)."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    tree = Range()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def peaks_of(size: int) -> list[tuple[int, int]]:
    """The perfect subtrees of a tree of `size` leaves as (level, index), the largest first."""
    found, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def _split(size: int) -> int:
    """The largest power of two smaller than `size`, where the tree divides."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(start: int, size: int, node_at: NodeAt) -> bytes:
    """The hash over leaves [start, start + size); the start is a multiple of a power of two that fits it."""
    peaks = [node_at(level, (start >> level) + index) for level, index in peaks_of(size)]
    return Range(size, peaks).root()


def inclusion_proof(index: int, size: int, node_at: NodeAt) -> list[bytes]:
    """The proof that leaf `index` stands in the tree of `size` leaves, from the leaf up (2.1.3.1).

    Raises `ValueError` for a leaf that is not in the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {index}.")
    path: list[bytes] = []
    start = 0
    while size > 1:
        half = _split(size)
        if index - start < half:
            path.append(_subtree(start + half, size - half, node_at))
            size = half
        else:
            path.append(_subtree(start, half, node_at))
            start, size = start + half, size - half
    path.reverse()
    return path


def consistency_proof(first: int, second: int, node_at: NodeAt) -> list[bytes]:
    """The proof that the tree of `second` leaves begins with the tree of `first` (2.1.4.1).

    Raises `ValueError` unless 0 < first <= second.
    """
    if not 0 < first <= second:
        raise ValueError(f"There is no proof from {first} leaves to {second}.")
    path: list[bytes] = []
    start, size, is_whole = 0, second, True
    while first != size:
        half = _split(size)
        if first <= half:
            path.append(_subtree(start + half, size - half, node_at))
            size = half
        else:
            path.append(_subtree(start, half, node_at))
            start, size, first, is_whole = start + half, size - half, first - half, False
    if not is_whole:
        path.append(_subtree(start, size, node_at))
    path.reverse()
    return path


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raise `BadProof` unless the path leads from this leaf to this root (2.1.3.2)."""
    if not 0 <= index < size:
        raise BadProof(f"A tree of {size} entries has no entry {index}.")
    node, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise BadProof("The path is longer than the tree is high.")
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise BadProof("The path ends below the root.")
    if found != root:
        raise BadProof("The path leads to another root.")


def check_consistency(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> None:
    """Raise `BadProof` unless the path shows that the second tree begins with the first (2.1.4.2)."""
    if not 0 < first <= second:
        raise BadProof(f"There is no proof from {first} entries to {second}.")
    if first == second:
        if path or first_root != second_root:
            raise BadProof("Two trees of one size have different roots.")
        return
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    if not steps:
        raise BadProof("The path is empty.")
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    older = newer = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BadProof("The path is longer than the tree is high.")
        if node & 1 or node == last:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            newer = node_hash(newer, step)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise BadProof("The path ends below the root.")
    if older != first_root or newer != second_root:
        raise BadProof("The path leads to other roots.")
