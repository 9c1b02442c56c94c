"""Programs that worked, kept as readable files, found again for similar instructions."""
