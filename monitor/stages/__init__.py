"""The thin shell: each stage loads, asks the core, and appends. Stages never call each other; they meet only in the log."""
