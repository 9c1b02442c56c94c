"""PyBullet's worlds behind libfranka's protocol: extra `[franka-twin]` (`franky-sim`)."""
