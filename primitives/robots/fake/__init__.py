"""A robot without hardware and physics: an arm that keeps its declared tolerance and clock, a table whose things stick
between the fingers, and cameras that cast rays."""
