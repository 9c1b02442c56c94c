"""The simulated arms: their descriptions, motions and the `Arm` protocol over them."""
