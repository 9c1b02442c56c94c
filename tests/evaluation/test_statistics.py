"""Against SciPy, and against what an interval promises."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from codepolicy.evaluation.statistics import mcnemar, over_tasks, paired_difference, wilson


@pytest.mark.parametrize(("won", "of"), [(0, 5), (5, 5), (1, 3), (81, 263), (625, 629), (706, 706), (1, 1000)])
def test_wilson_is_scipy_s(won: int, of: int) -> None:
    expected = stats.binomtest(won, of).proportion_ci(method="wilson")
    assert wilson(won, of) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_without_trials_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 5), (0, 6), (3, 3), (1, 9), (12, 2), (400, 300), (2000, 0)])
def test_mcnemar_is_the_binomial_test_of_the_discordant_pairs(first: int, second: int) -> None:
    of = first + second
    expected = stats.binomtest(first, of, 0.5).pvalue if of else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


def test_six_newly_failing_episodes_are_needed_to_be_no_chance() -> None:
    assert mcnemar(5, 0) > 0.05 > mcnemar(6, 0)


def test_paired_difference_without_correlation_is_newcombe_s_for_independent_rates() -> None:
    low, high = paired_difference(24, 6, 16, 4)  # 30/50 and 40/50, independent: phi is 0
    first, second = wilson(30, 50), wilson(40, 50)
    assert low == pytest.approx(0.2 - math.hypot(0.8 - second[0], first[1] - 0.6), abs=1e-12)
    assert high == pytest.approx(0.2 + math.hypot(second[1] - 0.8, 0.6 - first[0]), abs=1e-12)


def test_correlated_pairs_make_the_interval_of_the_difference_narrower() -> None:
    loose, tight = paired_difference(24, 6, 16, 4), paired_difference(30, 0, 10, 10)
    assert tight[1] - tight[0] < 0.8 * (loose[1] - loose[0])


@pytest.mark.parametrize(
    ("cells", "phi"),
    [
        ((30, 0, 10, 10), (300 - 25) / math.sqrt(30 * 20 * 40 * 10)),
        ((12, 8, 8, 6), 0.0),
        ((2, 9, 10, 3), -84 / math.sqrt(11 * 13 * 12 * 12)),
    ],
    ids=["lowered", "too little to count", "negative"],
)
def test_the_correlation_is_lowered_by_half_the_pairs_where_it_is_positive(
    cells: tuple[int, int, int, int], phi: float
) -> None:
    both, first, second, neither = cells
    of = sum(cells)
    one, two = (both + first) / of, (both + second) / of
    down, up = two - wilson(both + second, of)[0], wilson(both + first, of)[1] - one
    low, _ = paired_difference(both, first, second, neither)
    assert low == pytest.approx(two - one - math.sqrt(down**2 - 2 * phi * down * up + up**2), abs=1e-12)


@pytest.mark.parametrize("cells", [(40, 0, 0, 0), (0, 0, 0, 40), (0, 40, 0, 0), (3, 2, 5, 7)])
def test_exchanging_the_sides_mirrors_the_interval(cells: tuple[int, int, int, int]) -> None:
    both, first, second, neither = cells
    low, high = paired_difference(both, first, second, neither)
    assert (-high, -low) == pytest.approx(paired_difference(both, second, first, neither))
    assert -1.0 <= low <= (second - first) / sum(cells) <= high <= 1.0


@pytest.mark.parametrize(
    "p", [(0.85, 0.05, 0.05, 0.05), (0.5, 0.1, 0.3, 0.1), (0.3, 0.3, 0.2, 0.2), (0.9, 0.0, 0.1, 0)]
)
def test_the_interval_covers_the_true_difference_nineteen_times_of_twenty(p: tuple[float, ...]) -> None:
    of, true, covered = 20, p[2] - p[1], 0.0
    law = stats.multinomial(of, p)
    for both in range(of + 1):
        for first in range(of + 1 - both):
            for second in range(of + 1 - both - first):
                chance = math.exp(law.logpmf([both, first, second, of - both - first - second]))
                if chance > 1e-9:
                    low, high = paired_difference(both, first, second, of - both - first - second)
                    covered += chance * (low - 1e-12 <= true <= high + 1e-12)
    assert 0.93 < covered <= 1.0


def test_resampled_tasks_are_repeatable_and_near_the_normal_interval() -> None:
    rates = [0.9, 0.7, 1.0, 0.4, 0.8, 0.95, 0.6, 0.85, 0.75, 1.0] * 4
    interval = over_tasks(rates)
    assert interval is not None and interval == over_tasks(list(rates))
    assert interval != over_tasks(rates, seed=1)
    deviation = stats.tstd(rates) / math.sqrt(len(rates))
    mean = sum(rates) / len(rates)
    assert interval == pytest.approx((mean - 1.96 * deviation, mean + 1.96 * deviation), abs=0.01)


def test_few_tasks_or_equal_ones_say_nothing_about_others() -> None:
    assert over_tasks([1.0, 0.5, 0.2, 0.9]) is None
    assert over_tasks([1.0] * 20) is None
