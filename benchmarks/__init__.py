"""`make bench`: what the simulation costs, as ratios to peers that are measured in the same run on the same core."""
