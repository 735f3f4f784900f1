"""A booster's trees as flat arrays, in the order in which the quadrature walks them.

Nodes of a tree are in pre-order, so a node's parent always comes before it. The branch that leads to a node is kept
with the node: its column, the side taken, and the share of the training women who took it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from records.errors import EquipartumError

__all__ = ["TreeTable", "UnexplainableModel"]

_MISSING_RULES = {"None": 0, "Zero": 1, "NaN": 2}
NOTHING = -1

_Dump = Mapping[str, Any]


class UnexplainableModel(EquipartumError):
    """A booster whose reasons cannot be computed exactly here."""


class TreeTable(NamedTuple):
    """Arrays with one entry a node; ``first_node`` has one entry a tree and the number of nodes at its end.

    At an inner node: ``split_column``, ``threshold``, ``missing_rule`` (0 none, 1 zero, 2 NaN) and
    ``missing_goes_left``; at a leaf ``split_column`` is -1 and ``leaf_value`` its log-odds. Of the branch into a node
    (nothing for a root): ``parent``, ``is_left``, ``branch_column``, ``above`` (the nearest node further up whose
    branch is of the same column, or -1) and ``cover_share`` (the product of training shares over the branches of that
    column down to here). ``expected_value`` is the mean log-odds of the training women. A named tuple, because that is
    the record that compiled code can read.
    """

    split_column: npt.NDArray[np.int32]
    threshold: npt.NDArray[np.float64]
    missing_rule: npt.NDArray[np.int8]
    missing_goes_left: npt.NDArray[np.bool_]
    leaf_value: npt.NDArray[np.float64]
    parent: npt.NDArray[np.int32]
    is_left: npt.NDArray[np.bool_]
    branch_column: npt.NDArray[np.int32]
    above: npt.NDArray[np.int32]
    cover_share: npt.NDArray[np.float64]
    first_node: npt.NDArray[np.int32]
    columns: int
    most_columns_on_a_path: int
    expected_value: float

    @classmethod
    def of(cls, booster: lgb.Booster) -> TreeTable:
        """Raises `UnexplainableModel` for several classes, categorical splits, linear leaves or empty branches."""
        dump = booster.dump_model()
        if dump["num_tree_per_iteration"] != 1:
            raise UnexplainableModel("reasons are computed for one risk a model, not for several classes")
        nodes: list[tuple[_Dump, int, bool]] = []
        first: list[int] = []
        for tree in dump["tree_info"]:
            first.append(len(nodes))
            _add_in_pre_order(nodes, tree["tree_structure"])
        return _table(nodes, [*first, len(nodes)], booster.num_feature())


def _add_in_pre_order(nodes: list[tuple[_Dump, int, bool]], root: _Dump) -> None:
    waiting: list[tuple[_Dump, int, bool]] = [(root, NOTHING, False)]
    while waiting:
        node, parent, is_left = waiting.pop()
        if "split_feature" in node:
            if node["decision_type"] != "<=":
                raise UnexplainableModel("the booster splits on a category; encode a category as one column a level")
            waiting += [(node["right_child"], len(nodes), False), (node["left_child"], len(nodes), True)]
        elif "leaf_coeff" in node:
            raise UnexplainableModel("the booster has linear leaves; fit it with linear_tree=False")
        nodes.append((node, parent, is_left))


def _table(nodes: Iterable[tuple[_Dump, int, bool]], first: list[int], columns: int) -> TreeTable:
    contents, parents, lefts = zip(*nodes, strict=True)
    split = [node.get("split_feature", NOTHING) for node in contents]
    # A tree that is one leaf dumps no count; any will do, for it has no branches.
    cover = [float(node.get("internal_count", node.get("leaf_count", 1))) for node in contents]
    if min(cover) <= 0:
        raise UnexplainableModel("a branch of the booster was reached by no training row; its share is unknown")
    size = len(contents)
    branch, above, share = [NOTHING] * size, [NOTHING] * size, [1.0] * size
    reach, distinct = [1.0] * size, [0] * size
    for node, parent in enumerate(parents):
        if parent == NOTHING:
            continue
        branch[node], share[node] = split[parent], cover[node] / cover[parent]
        reach[node] = reach[parent] * share[node]
        above[node] = _nearest_of_column(branch[node], parent, parents, branch)
        if above[node] != NOTHING:
            share[node] *= share[above[node]]
        distinct[node] = distinct[parent] + (above[node] == NOTHING)
    leaf = [float(node.get("leaf_value", 0.0)) for node in contents]
    return TreeTable(
        split_column=np.array(split, dtype=np.int32),
        threshold=np.array([float(node.get("threshold", 0.0)) for node in contents]),
        missing_rule=np.array([_MISSING_RULES[node.get("missing_type", "None")] for node in contents], dtype=np.int8),
        missing_goes_left=np.array([bool(node.get("default_left", False)) for node in contents]),
        leaf_value=np.array(leaf),
        parent=np.array(parents, dtype=np.int32),
        is_left=np.array(lefts, dtype=np.bool_),
        branch_column=np.array(branch, dtype=np.int32),
        above=np.array(above, dtype=np.int32),
        cover_share=np.array(share),
        first_node=np.array(first, dtype=np.int32),
        columns=columns,
        most_columns_on_a_path=max(distinct),
        expected_value=sum(value * arrived for value, arrived in zip(leaf, reach, strict=True)),
    )


def _nearest_of_column(column: int, node: int, parents: tuple[int, ...], branch: list[int]) -> int:
    while parents[node] != NOTHING:
        if branch[node] == column:
            return node
        node = parents[node]
    return NOTHING
