"""A model is anything with `complete`: python examples/05_own_model.py.

Installed under the entry-point group `codepolicy.models`, it is selected by name with `--model`.
"""

from collections.abc import Sequence

from codepolicy import Agent, Message, Reply

ANSWER = """
```python
for block in detect("block"):
    color = block.color
    put(block, find(f"{color} bowl"))
```

```python
def goal():
    for block in detect("block"):
        expect(inside(block, f"{block.color} bowl"), f"{block.name} is in the bowl of its colour")
```
"""


class OneIdea:
    """Answers everything with the one program it knows."""

    id = "one-idea"
    vision = False

    def complete(self, messages: Sequence[Message], *, sample: int = 0) -> Reply:  # noqa: ARG002 - one idea
        assert "## Instruction" in messages[-1].text
        return Reply(text=ANSWER, model=self.id)


if __name__ == "__main__":
    episode = Agent(model=OneIdea(), env="pybullet").run("put the blocks in the bowls with matching colors", seed=1)
    print(episode.outcome, "-", episode.summary)
