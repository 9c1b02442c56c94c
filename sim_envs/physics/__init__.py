"""The PyBullet world: loading bodies, furniture joints, snapshots, and what a trial sets up."""
