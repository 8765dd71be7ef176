"""Reports about which arms of a chart's templates the renders of a run reach."""
