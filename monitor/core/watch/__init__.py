"""What was found: folding, finding, and the transitions of terms between two texts. It raises no alerts."""
