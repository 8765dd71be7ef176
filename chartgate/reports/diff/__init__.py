"""What changes between two versions of a chart, case by case."""
