"""Suites: what is built in is complete, and mistakes in a file are named."""

from __future__ import annotations

import pytest

from primitives.errors import ConfigurationError
from sim_envs.suites.suite import load, members, names, selected, suites_of, trials
from sim_envs.suites.task_catalog import all_tasks, find_task


@pytest.mark.parametrize("name", names())
def test_built_in_suites_give_trials(name):
    suite = load(name)
    listed = trials(suite)
    assert len(listed) == suite.trials * sum(len(members(g)) for g in suite.groups)
    assert listed == trials(load(name))
    assert len({(t.spec.task, t.spec.seed) for t in listed}) == len(listed)
    for trial in listed[:: max(1, len(listed) // 12)]:
        assert find_task(trial.spec.task).template.read(trial.spec.instruction) is not None


def test_cap14_is_the_paper_s_table():
    suite = load("cap14")
    sizes = {(g.labels["split"], g.labels["family"]): len(members(g)) for g in suite.groups}
    assert sizes == {
        ("sa-si", "long-horizon"): 5,
        ("sa-si", "spatial-geometric"): 3,
        ("ua-si", "long-horizon"): 5,
        ("ua-si", "spatial-geometric"): 3,
        ("ua-ui", "long-horizon"): 3,
        ("ua-ui", "spatial-geometric"): 3,
    }
    assert suite.trials == 50


def test_every_task_is_in_a_suite():
    listed = {m.id.partition(":")[0] for name in names() for g in load(name).groups for m in members(g)}
    assert listed == {t.id for t in all_tasks()}


def test_every_task_says_which_suites_it_is_in():
    listed = suites_of()
    assert listed["put-block-in-bowl"] == ("core", "manip", "ravens")
    assert listed["cap-put-nth-block"] == ("cap14", "core")
    assert set(listed) == {t.id for t in all_tasks()}


GOOD = 'description = "x"\n[[groups]]\ntasks = ["put-block-in-bowl"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("put-block-in-bowl", "put-block-in-bwl"), "Did you mean 'put-block-in-bowl'"),
        (GOOD.replace("tasks", "tusks"), "unknown field `tusks`"),
        (GOOD.replace("description", "desc"), "unknown field `desc`"),
        (GOOD.replace("[[groups]]", "trials = 0\n[[groups]]"), "trials is 0"),
        (GOOD.replace("[[groups]]", 'disturbances = "storm"\n[[groups]]'), "unknown set of disturbances 'storm'"),
        (GOOD.replace("[[groups]]", 'wording = "loud"\n[[groups]]'), "wording"),
        (GOOD + 'tags = ["core"]\n', "either tasks or tags"),
        (GOOD + '[[groups]]\ntasks = ["put-block-in-bowl"]\n', "in two groups"),
        ('description = "x"\ngroups = []\n', "has no groups"),
        ('description = "x"\n[[groups]]\ntags = ["cor"]\n', "unknown tag 'cor'"),
        ('description = "x"\n[[groups]]\ntags = ["decline", "ravens"]\n', "no task has all of the tags"),
        ("not toml", "is no valid TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path, text, says):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=says):
        load(str(path))


def test_a_good_file_of_one_s_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    assert [t.spec.seed for t in trials(load(str(path)))] == list(range(10))


def test_unknown_suites_say_what_there_is():
    with pytest.raises(ConfigurationError, match="Did you mean 'cap14'"):
        load("cap15")
    with pytest.raises(ConfigurationError, match="no suite file"):
        load("nowhere.toml")


def test_a_task_by_id_keeps_the_labels_of_its_suite():
    seen, unseen = (selected([id], seeds=[0], wording=None, disturbances=None)[0].labels for id in TASK_BY_ID)
    assert (seen["split"], unseen["split"]) == ("sa-si", "ua-si")


TASK_BY_ID = ("cap-stack-all-blocks", "cap-stack-all-blocks:unseen")
