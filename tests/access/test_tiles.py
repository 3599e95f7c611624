"""A tree kept in rows grows and is proved like one that is held whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access import merkle
from access.tiles import Tiles, nodes

LEAVES = [merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(70_000)]
FEW = settings(max_examples=30, deadline=None)


class Rows:
    """What the tables would hold."""

    def __init__(self):
        self.levels = {0: []}

    def kept(self, level, first, count):
        return self.levels.get(level, [])[first : first + count]

    def grow(self, leaves):
        tree = Tiles(len(self.levels[0]), self.kept)
        tree.extend(leaves)
        self.levels[0] += leaves
        for level, index, node in tree.fresh:
            assert index == len(self.levels.setdefault(level, []))
            self.levels[level].append(node)
        return tree


@FEW
@given(st.lists(st.integers(0, 700), max_size=6))
def test_grown_in_steps_it_has_the_root_of_the_whole(steps):
    rows, size = Rows(), 0

    for step in steps:
        tree = rows.grow(LEAVES[size : size + step])
        size += step
        assert tree.size == size
        assert tree.root() == merkle.root_of(LEAVES[:size])


def test_past_two_levels_of_groups_too():
    rows = Rows()

    for first, last in ((0, 65_000), (65_000, 65_536), (65_536, 65_537), (65_537, 70_000)):
        assert rows.grow(LEAVES[first:last]).root() == merkle.root_of(LEAVES[:last])

    assert [len(rows.levels[level]) for level in (0, 8, 16)] == [70_000, 273, 1]


@FEW
@given(st.data())
def test_proofs_from_rows_hold(data):
    size = data.draw(st.integers(1, 70_000))
    rows = PROVED
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = merkle.root_of(LEAVES[:size])

    path = merkle.inclusion_proof(index, size, nodes(rows.kept))
    steps = merkle.consistency_proof(first, size, nodes(rows.kept))

    merkle.check_inclusion(LEAVES[index], index, size, path, root)
    merkle.check_consistency(first, merkle.root_of(LEAVES[:first]), size, root, steps)


def test_what_was_never_kept_is_no_subtree():
    rows = Rows()
    rows.grow(LEAVES[:300])

    with pytest.raises(LookupError):
        nodes(rows.kept)(8, 1)


PROVED = Rows()
PROVED.grow(LEAVES)
