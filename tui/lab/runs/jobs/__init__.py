"""What the jobs of runs do in the lab: Microsoft's cmdlets, as far as azsconfig can tell the difference."""
