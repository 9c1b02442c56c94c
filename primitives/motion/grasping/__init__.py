"""Taking things: grasp candidates, the hand, picking."""
