"""Studies over finished runs and many runs: the comparison of options, sweeps, uncertainty."""
