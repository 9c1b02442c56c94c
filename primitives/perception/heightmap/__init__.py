"""The view from above: points of all cameras fused into a grid of heights and colours, and its connected parts."""
