"""How fast chartgate is, as ratios to other programs that do the same in the same run. See README.md."""
