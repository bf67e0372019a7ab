"""Reports of a run. `model.build` makes the JSON; every other format is a pure function of it."""
