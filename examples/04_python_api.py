"""The same from Python: python examples/04_python_api.py."""

from codepolicy import Agent

episode = Agent(model="offline", env="pybullet").run("put the red block in the green bowl", seed=3)

print(episode.outcome, "-", episode.summary)
print(episode.turns[0].program)
for clause in episode.goal_check.clauses:
    print("holds" if clause.holds else "fails", "-", clause.message, clause.detail)
