"""Universal Robots by `ur-rtde`: extra `[ur]`."""
