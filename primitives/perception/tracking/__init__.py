"""What is remembered from look to look: names, hidden things, and what the gripper holds."""
