"""Shapley values of a tree ensemble, exactly, by Gauss-Legendre quadrature.

A Shapley weight |S|! (d-|S|-1)! / d! is the integral over t in [0, 1] of t^|S| (1-t)^(d-1-|S|), a Beta function. So for
one leaf of value v, whose path splits d distinct columns, column i contributes

    v (o_i - z_i) * integral of the product over the other columns j of (o_j t + z_j (1-t)),

where o_j is 1 if the row follows every branch of column j on the path, else 0, and z_j is the share of the training
cover that does. The integrand is a polynomial of degree d-1, which ceil(d/2) Gauss-Legendre nodes integrate exactly.
The values are those of path-dependent TreeSHAP (Lundberg et al., Nature Machine Intelligence 2020;2:56-67).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.explanation.trees import TreeTable
from records.compiled import compiled

__all__ = ["PathFactors", "shapley_values"]

# Not 'fast': that lets the compiler assume that there is no NaN, and NaN is how a fact that is not recorded comes in.
_ALLOWED_REORDERING = {"contract", "reassoc", "arcp", "nsz"}
# LightGBM's kZeroThreshold: what it takes for zero where a column's missing rule is 'zero'.
_ZERO = 1e-35


class PathFactors(NamedTuple):
    """``factor[node, o, q]`` is o t + z (1-t) at quadrature node q for the branch into ``node``; ``inverse`` is 1 over
    it. Both are (nodes, 2, quadrature nodes)."""

    weight: npt.NDArray[np.float64]
    factor: npt.NDArray[np.float64]
    inverse: npt.NDArray[np.float64]

    @classmethod
    def of(cls, trees: TreeTable) -> PathFactors:
        nodes, weights = np.polynomial.legendre.leggauss(max(1, -(-trees.most_columns_on_a_path // 2)))
        t = (nodes + 1) / 2
        not_followed = trees.cover_share[:, None] * (1 - t)
        factor = np.stack([not_followed, not_followed + t], axis=1)
        return cls(weight=weights / 2, factor=factor, inverse=1 / factor)


@compiled(fastmath=_ALLOWED_REORDERING)
def _goes_left(value: float, threshold: float, missing_rule: int, missing_goes_left: bool) -> bool:
    """LightGBM's numerical decision."""
    if np.isnan(value):
        if missing_rule == 2:
            return missing_goes_left
        value = 0.0
    if missing_rule == 1 and abs(value) <= _ZERO:
        return missing_goes_left
    return value <= threshold


@compiled(fastmath=_ALLOWED_REORDERING)
def shapley_values(row: npt.NDArray[np.float64], trees: TreeTable, factors: PathFactors) -> npt.NDArray[np.float64]:
    """One value a column, on the booster's log-odds scale. They sum to its raw score less ``trees.expected_value``.

    A node's own term is added for all leaves below it and the term of ``above`` taken back, so that each leaf is left
    with the deepest branch of each column.
    """
    values = np.zeros(trees.columns)
    most_nodes, size = np.max(np.diff(trees.first_node)), factors.weight.size
    product, through = np.empty((most_nodes, size)), np.empty((most_nodes, size))
    followed, takes_left = np.zeros(most_nodes, dtype=np.int64), np.zeros(most_nodes, dtype=np.bool_)
    for tree in range(trees.first_node.size - 1):
        start, end = trees.first_node[tree], trees.first_node[tree + 1]
        _walk_down(row, trees, factors, start, end, product, through, followed, takes_left)
        for node in range(end - 1, start, -1):
            here, up, above = node - start, trees.parent[node] - start, trees.above[node]
            follows = followed[here]
            share = 0.0
            for q in range(size):
                share += through[here, q] * factors.inverse[node, follows, q]
                through[up, q] += through[here, q]
            value = (follows - trees.cover_share[node]) * share
            if above >= 0:
                follows = followed[above - start]
                share = 0.0
                for q in range(size):
                    share += through[here, q] * factors.inverse[above, follows, q]
                value -= (follows - trees.cover_share[above]) * share
            values[trees.branch_column[node]] += value
    return values


# Written with loops: on a few quadrature nodes an array expression costs more to allocate than to compute.
@compiled(fastmath=_ALLOWED_REORDERING)
def _walk_down(
    row: npt.NDArray[np.float64],
    trees: TreeTable,
    factors: PathFactors,
    start: int,
    end: int,
    product: npt.NDArray[np.float64],
    through: npt.NDArray[np.float64],
    followed: npt.NDArray[np.int64],
    takes_left: npt.NDArray[np.bool_],
) -> None:
    """Fills, for each node of one tree, the weighted product of factors down to it and what its leaf sends back up."""
    for node in range(start, end):
        here, column, above = node - start, trees.split_column[node], trees.above[node]
        up = trees.parent[node] - start
        for q in range(factors.weight.size):
            product[here, q] = factors.weight[q] if node == start else product[up, q]
        if node > start:
            follows = 1 if takes_left[up] == trees.is_left[node] else 0
            if above >= 0:
                before = followed[above - start]
                follows *= before
                for q in range(factors.weight.size):
                    product[here, q] *= factors.inverse[above, before, q]
            for q in range(factors.weight.size):
                product[here, q] *= factors.factor[node, follows, q]
            followed[here] = follows
        for q in range(factors.weight.size):
            through[here, q] = trees.leaf_value[node] * product[here, q]
        if column >= 0:
            takes_left[here] = _goes_left(
                row[column], trees.threshold[node], trees.missing_rule[node], trees.missing_goes_left[node]
            )
