"""From joint limits and a perceived scene to timed, collision-free joint paths."""
