# Failures are typed: a program can catch one, read what was measured and go another way.
#   codepolicy exec examples/02_recover.py --seed 3
try:
    put(find("purple block"), region("top left corner"))
except NotFound as failure:
    say(f"{failure.message}; instead I take what is there: {failure.candidates}")
    for block in detect("block"):
        put(block, region("top side"))

for block in detect("block"):
    expect(in_region(block, region("top side")), f"the {block.name} is at the top side")
