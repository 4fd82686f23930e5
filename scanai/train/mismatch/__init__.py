"""The mismatch benchmark: honest loads under true and false declarations."""
