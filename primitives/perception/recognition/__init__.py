"""From patches of the view from above to things: solids, stacks, containers, furniture, zones."""
