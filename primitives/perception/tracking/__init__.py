"""What is known from one look to the next: names, hidden things, and what the gripper holds."""
