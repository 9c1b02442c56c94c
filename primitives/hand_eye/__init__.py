"""Hand-eye calibration: where a camera is, found by looking at a printed board from many poses of the arm."""
