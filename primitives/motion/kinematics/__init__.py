"""Forward and inverse kinematics."""
