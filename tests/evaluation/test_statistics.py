"""Against SciPy, and against what an interval promises."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from codepolicy.evaluation.clusters import rate_interval, sign_flip
from codepolicy.evaluation.detectable import detectable_drop
from codepolicy.evaluation.sequential import StoppingRule, always_valid
from codepolicy.evaluation.statistics import mcnemar, over_tasks, paired_difference, wilson
from primitives.errors import ConfigurationError
from tests.evaluation import made


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


def test_samples_that_are_copies_are_worth_one_and_independent_ones_all() -> None:
    copies = [(3.0, 3) if seed % 2 else (0.0, 3) for seed in range(20)]
    assert rate_interval(copies) == pytest.approx(wilson(10, 20), abs=0.02)
    assert rate_interval([(float(seed % 2), 1) for seed in range(20)]) == wilson(10, 20)
    assert rate_interval([(3.0, 3)] * 20) == wilson(20, 20), "nothing tells whether they are copies"
    mixed = rate_interval([(1.0, 2)] * 10)
    assert mixed == wilson(10, 20), "never narrower than of independent trials"


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 6), (3, 1), (12, 2), (40, 30)])
def test_flipping_the_signs_of_single_samples_is_mcnemar_s_test(first: int, second: int) -> None:
    assert sign_flip([1] * second + [-1] * first + [0]) == pytest.approx(mcnemar(first, second))


def test_five_samples_of_one_seed_are_no_five_trials() -> None:
    assert sign_flip([-5]) == 1.0 and mcnemar(5, 0) < 0.1
    assert sign_flip([3, 3, 3, -1]) == 0.25, "one and none of four signs, of sixteen, twice: 3+3+3, and 3+3+3-(-1)"


def test_the_interval_with_clusters_keeps_its_promise() -> None:
    import numpy as np

    draw = np.random.default_rng(3)
    hits = naive = 0
    for _ in range(400):
        rates = draw.beta(0.6, 0.3, 30)  # seeds differ much, five samples each
        won = draw.binomial(5, rates)
        low, high = rate_interval([(float(w), 5) for w in won])
        hits += low <= 2 / 3 <= high
        low, high = wilson(int(won.sum()), 150)
        naive += low <= 2 / 3 <= high
    assert hits >= 0.92 * 400 and naive < 0.75 * 400


def test_a_drop_is_found_as_often_as_is_said() -> None:
    import numpy as np

    drop = detectable_drop(100, 95, 5)
    assert drop is not None
    draw = np.random.default_rng(0)
    counts = draw.multinomial(100, [drop + 0.05, 0.05, 0.9 - drop], size=3000)
    found = sum(
        bool(failing > passing and mcnemar(int(failing), int(passing)) < 0.05) for failing, passing, _ in counts
    )
    assert 0.78 <= found / 3000 <= 0.83
    assert detectable_drop(5, 5, 0) is None and detectable_drop(36, 0, 0) is None
    smallest = detectable_drop(36, 36, 0)
    assert smallest is not None and round(smallest, 2) == 0.21, "six of 36 have to fail, 8 times in 10"


@pytest.mark.parametrize("task_rates", [[0.5], [0.9], [1.0, 1.0, 0.4]], ids=str)
def test_whoever_stops_when_it_pleases_is_still_right(task_rates: list[float]) -> None:
    """Looked at after every episode, of 1 to 300; Wilson's interval would be wrong at some time in one run of three."""
    import numpy as np

    draw = np.random.default_rng(7)
    rates = np.resize(task_rates, 300)
    rate = sum(task_rates) / len(task_rates)
    wrong = naive = 0
    for _ in range(200):
        won = np.cumsum(draw.random(300) < rates)
        at = range(len(task_rates) - 1, 300, len(task_rates))
        wrong += any(not low <= rate <= high for low, high in (always_valid(int(won[n]), n + 1) for n in at))
        naive += any(not low <= rate <= high for low, high in (wilson(int(won[n]), n + 1) for n in at))
    assert wrong <= 0.05 * 200 + 6
    assert len(task_rates) > 1 or naive > 0.2 * 200


def test_a_run_stops_when_it_has_seen_enough_of_the_first_episodes() -> None:
    records = {str(n): made.record(seed=n) for n in range(60) if n != 50}
    keys = [str(n) for n in range(100)]
    assert StoppingRule(width=0.05, keys=keys).reached(records) is None
    told = StoppingRule(width=0.2, keys=keys).reached(records)
    assert told is not None and told.startswith("50 of the first 50 won"), "one is still being played"
    told = StoppingRule(width=0.01, side=0.8, keys=keys).reached(records)
    assert told is not None and told.endswith("above 80.0%")
    with pytest.raises(ConfigurationError, match="--until-sure is 2"):
        StoppingRule(width=2.0, keys=keys)
