"""The simulated arms: descriptions, motors, motions and the `Arm` protocol over them."""
