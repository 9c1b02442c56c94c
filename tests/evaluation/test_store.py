"""A run folder survives whatever ends the process that writes it, and holds one configuration alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from codepolicy.evaluation.run_store import Store, merged, read_run
from primitives.errors import ConfigurationError
from tests.evaluation import made


def test_what_was_appended_is_there_again(tmp_path: Path) -> None:
    with Store(tmp_path, made.run_file()) as store:
        store.append(made.record(seed=0))
    with Store(tmp_path, made.run_file()) as store:
        assert [record.seed for record in store.records.values()] == [0]
        store.append(made.record(seed=1, won=False))
    assert [(record.seed, record.won) for record in read_run(tmp_path).records] == [(0, True), (1, False)]


def test_half_a_line_is_dropped_and_written_over(tmp_path: Path) -> None:
    folder = made.folder(tmp_path / "run", [made.record(seed=0)])
    with (folder / "episodes.jsonl").open("ab") as file:
        file.write(b'{"schema_version":1,"key":"cut')
    assert len(read_run(folder).records) == 1
    with Store(folder, made.run_file()) as store:
        store.append(made.record(seed=1))
    assert [record.seed for record in read_run(folder).records] == [0, 1]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    folder = made.folder(tmp_path / "run", [made.record(seed=0)])
    with (folder / "episodes.jsonl").open("ab") as file:
        file.write(b"nonsense\n")
    with pytest.raises(ConfigurationError, match=r"line 2 of .*episodes.jsonl"):
        read_run(folder)


def test_the_last_record_of_a_key_counts(tmp_path: Path) -> None:
    lost, won = made.record(seed=0, won=False, outcome="infrastructure"), made.record(seed=0)
    run = read_run(made.folder(tmp_path / "run", [lost, won]))
    assert run.records == (won,) and run.again == 1


def test_another_configuration_is_refused_with_what_differs(tmp_path: Path) -> None:
    folder = made.folder(tmp_path / "run", [made.record()])
    with pytest.raises(ConfigurationError, match=r"differs \(then, now\) in model: offline, openai:x\. Give another"):
        Store(folder, made.run_file(model="openai:x"))
    with Store(folder, made.run_file()) as store:
        assert len(store.records) == 1, "a refusal leaves the folder free"


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    with Store(tmp_path, made.run_file()), pytest.raises(ConfigurationError, match="another process is writing"):
        Store(tmp_path, made.run_file())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"cannot write into .*--out"):
        Store(tmp_path / "file" / "run", made.run_file())


def test_what_a_killed_process_left_of_an_episode_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "episodes" / ".starting-abc"
    left.mkdir(parents=True)
    with Store(tmp_path, made.run_file()):
        assert not left.exists()


def test_shards_are_one_run(tmp_path: Path) -> None:
    first = made.folder(tmp_path / "1", [made.record(seed=0, folder="episodes/a")], shard="1/2")
    second = made.folder(tmp_path / "2", [made.record(seed=1), made.record(seed=2)], shard="2/2")
    run = merged([first, second])
    assert [record.seed for record in run.records] == [0, 1, 2] and run.file.planned == 3
    assert run.records[0].folder == str(first.resolve() / "episodes" / "a")


def test_folders_merge_by_concatenation(tmp_path: Path) -> None:
    parts = [made.folder(tmp_path / str(seed), [made.record(seed=seed)]) for seed in range(3)]
    whole = made.folder(tmp_path / "whole", [])
    (whole / "episodes.jsonl").write_bytes(b"".join((part / "episodes.jsonl").read_bytes() for part in parts))
    assert read_run(whole).records == merged(parts).records


def test_parts_of_two_configurations_do_not_merge(tmp_path: Path) -> None:
    first = made.folder(tmp_path / "1", [made.record(seed=0)])
    second = made.folder(tmp_path / "2", [made.record(seed=1)], sources={"codepolicy": "d"})
    with pytest.raises(ConfigurationError, match=r"not parts of one run; they differ in sources\.codepolicy: c, d"):
        merged([first, second])


def test_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no evaluation"):
        read_run(tmp_path)


def test_nul_bytes_of_a_power_cut_are_a_torn_line(tmp_path: Path) -> None:
    path = made.folder(tmp_path / "run", [made.record(seed=0), made.record(seed=1)])
    episodes = path / "episodes.jsonl"
    whole = episodes.read_bytes()
    episodes.write_bytes(whole + b'{"torn' + b"\0" * 4096)
    assert len(read_run(path).records) == 2
    later = msgspec.json.encode(made.record(seed=2)) + b"\n"
    episodes.write_bytes(whole + b'{"torn' + b"\0" * 4096 + later)
    assert [r.seed for r in read_run(path).records] == [0, 1, 2]


def test_shards_that_are_not_given_are_named(tmp_path: Path) -> None:
    parts = [made.folder(tmp_path / str(i), [made.record(seed=i)], shard=f"{i}/3") for i in (1, 3)]
    assert merged(parts).missing_shards == ("2/3",)
    assert read_run(parts[0]).missing_shards == ("2/3", "3/3")
    assert merged([*parts, made.folder(tmp_path / "2", [made.record(seed=2)], shard="2/3")]).missing_shards == ()
