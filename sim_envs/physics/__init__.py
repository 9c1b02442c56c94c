"""The PyBullet world: bodies, furniture joints, the mounted arm with its motors and fingertips, snapshots."""
