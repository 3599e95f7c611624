"""The hash tree: against the published vectors of Certificate Transparency, and against the RFC's own recursion."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access import merkle

# The eight entries and the roots of their trees, as Certificate Transparency's reference code publishes them.
ENTRIES = [
    bytes.fromhex(text)
    for text in "|00|10|2021|3031|40414243|5051525354555657|606162636465666768696a6b6c6d6e6f".split("|")
]
ROOTS = """
6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328
""".split()
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
FEW = settings(max_examples=150, deadline=None)


def naive_root(leaves):
    """MTH of section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def naive_path(m, leaves):
    """PATH of section 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m, leaves, is_whole):
    """SUBPROOF of section 2.1.4.1, word for word."""
    n = len(leaves)
    if m == n:
        return [] if is_whole else [naive_root(leaves)]
    k = split(n)
    if m <= k:
        return [*naive_subproof(m, leaves[:k], is_whole), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def some_leaves(n):
    return [merkle.leaf_hash(n.to_bytes(4, "big")) for n in range(n)]


def node_at(leaves):
    """Perfect subtrees and no others."""

    def at(level, index):
        part = leaves[index << level : (index + 1) << level]
        assert len(part) == 1 << level
        return naive_root(part)

    return at


@st.composite
def trees(draw):
    """A tree and a place in it: (leaves, index)."""
    size = draw(st.integers(1, 300))
    return some_leaves(size), draw(st.integers(0, size - 1))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size):
    assert merkle.root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_paths_are_those_of_certificate_transparency():
    proof = merkle.inclusion_proof(5, 8, node_at(LEAVES))
    consistency = merkle.consistency_proof(6, 8, node_at(LEAVES))

    assert [step.hex() for step in proof] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [step.hex() for step in consistency] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_tree_without_leaves_has_the_root_of_nothing():
    assert merkle.root_of([]) == naive_root([]) == merkle.EMPTY_ROOT


@FEW
@given(st.integers(0, 300), st.integers(0, 300))
def test_a_range_taken_up_again_ends_at_the_naive_root(first, more):
    leaves = some_leaves(first + more)
    before = merkle.Range()
    for leaf in leaves[:first]:
        before.append(leaf)
    assert before.peaks == [node_at(leaves)(level, index) for level, index in merkle.peaks_of(first)]

    after = merkle.Range(first, before.peaks)
    for leaf in leaves[first:]:
        after.append(leaf)

    assert after.root() == naive_root(leaves)


def test_a_range_with_the_wrong_number_of_subtrees_is_refused():
    with pytest.raises(ValueError, match="perfect subtrees"):
        merkle.Range(5, [LEAVES[0]])


@FEW
@given(trees())
def test_an_inclusion_proof_is_the_naive_one_and_holds(tree):
    leaves, index = tree

    path = merkle.inclusion_proof(index, len(leaves), node_at(leaves))

    assert path == naive_path(index, leaves)
    merkle.check_inclusion(leaves[index], index, len(leaves), path, naive_root(leaves))


@FEW
@given(trees())
def test_a_consistency_proof_is_the_naive_one_and_holds(tree):
    leaves, index = tree
    first = index + 1

    path = merkle.consistency_proof(first, len(leaves), node_at(leaves))

    assert path == naive_subproof(first, leaves, True)
    merkle.check_consistency(first, naive_root(leaves[:first]), len(leaves), naive_root(leaves), path)


@FEW
@given(trees(), st.data())
def test_an_inclusion_proof_shows_nothing_else(tree, data):
    leaves, index = tree
    path, root = naive_path(index, leaves), naive_root(leaves)
    other = data.draw(st.integers(0, len(leaves) + 2).filter(lambda n: n != index))
    wrong = [
        (merkle.leaf_hash(b"another"), index, len(leaves), path, root),
        (leaves[index], other, len(leaves), path, root),
        (leaves[index], index, len(leaves), [*path, leaves[0]], root),
        (leaves[index], index, len(leaves), path, merkle.leaf_hash(b"another")),
    ]
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        wrong.append((leaves[index], index, len(leaves), path[:-1], root))
        wrong.append((leaves[index], index, len(leaves), [*path[:place], b"\0" * 32, *path[place + 1 :]], root))

    for claim in wrong:
        with pytest.raises(merkle.BadProof):
            merkle.check_inclusion(*claim)


@FEW
@given(trees(), st.data())
def test_a_consistency_proof_shows_nothing_else(tree, data):
    leaves, index = tree
    first, second = index + 1, len(leaves)
    path = naive_subproof(first, leaves, True)
    older, newer, another = naive_root(leaves[:first]), naive_root(leaves), merkle.leaf_hash(b"another")
    wrong = [
        (first, another, second, newer, path),
        (first, older, second, another, path),
        (first, older, second, newer, [*path, another]),
        (0, older, second, newer, path),
        (second + 1, older, second, newer, path),
    ]
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        wrong.append((first, older, second, newer, path[:-1]))
        wrong.append((first, older, second, newer, []))
        wrong.append((first, older, second, newer, [*path[:place], another, *path[place + 1 :]]))

    for claim in wrong:
        with pytest.raises(merkle.BadProof):
            merkle.check_consistency(*claim)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(index, size, node_at(LEAVES))


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_there_is_no_proof_from_a_tree_that_is_no_part(first, second):
    with pytest.raises(ValueError, match="no proof"):
        merkle.consistency_proof(first, second, node_at(LEAVES))
