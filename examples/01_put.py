# A program a model might write. Run it without one:
#   codepolicy exec examples/01_put.py --seed 3
# Everything it may call: codepolicy api
block = find("red block")
bowl = find("green bowl")
say(f"the {block.name} is {block.size[0] * 100:.1f} cm wide")
put(block, bowl)
expect(inside("red block", "green bowl"), "the red block is in the green bowl")
