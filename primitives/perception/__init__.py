"""From RGB-D frames to named objects."""
