"""Samples of one seed are no independent trials, seeds are: what intervals and tests make of it.

A model that fails on a scene tends to fail on it again. Rates take Rao and Scott's design effect (Biometrics 48, 1992):
counts are divided by how much more the rate varies over seeds than over as many independent trials. Comparisons flip
the sign of each seed's difference. With one sample a seed both are what they are for independent trials.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from codepolicy.evaluation.statistics import wilson

Cluster: TypeAlias = tuple[float, int]
"""Of one seed: the sum over its samples, and how many they are."""


def design_effect(clusters: Sequence[Cluster], variance: float) -> float:
    """By how much the mean over samples varies more than it would over independent trials; at least 1.

    Args:
        clusters: one per seed.
        variance: of a single sample.

    Returns:
        Samples per seed where nothing varies or one seed is all there is, which assumes that samples are copies.
    """
    of = sum(size for _, size in clusters)
    if of <= len(clusters):
        return 1.0
    if len(clusters) < 2 or variance <= 0:
        return of / len(clusters)
    mean = sum(total for total, _ in clusters) / of
    spread = sum((total - size * mean) ** 2 for total, size in clusters) * len(clusters) / (len(clusters) - 1)
    return max(1.0, spread / (of * variance))


def rate_interval(clusters: Sequence[Cluster]) -> tuple[float, float]:
    """95 % interval of the rate: Wilson's, of as many independent trials as the samples are worth."""
    won, of = sum(total for total, _ in clusters), sum(size for _, size in clusters)
    if not of:
        return wilson(0, 0)
    rate = won / of
    effect = design_effect(clusters, rate * (1 - rate))
    return wilson(won / effect, of / effect)


def sign_flip(differences: Sequence[int]) -> float:
    """Exact two-sided p-value that the differences of the seeds are as likely positive as negative.

    The sum is set against its distribution over all signs (Fisher's randomization test). Where each seed has one
    sample this is McNemar's exact test.

    Args:
        differences: one per seed: how many more of its samples the second run won.
    """
    sizes = [abs(difference) for difference in differences if difference]
    reach = sum(sizes)
    weights = [1]
    """How many choices of signs make the negative part weigh so much."""
    for size in sizes:
        longer = weights + [0] * size
        for weight, count in enumerate(weights):
            longer[weight + size] += count
        weights = longer
    negative = (reach - abs(sum(differences))) // 2
    return min(1.0, 2 * sum(weights[: negative + 1]) / 2 ** len(sizes))
