"""What a policy can call, and the robot boundary beneath it. See `docs/conventions.md` for units and frames."""
