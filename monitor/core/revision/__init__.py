"""What changed between two texts: blocks aligned, words compared, edits named. Whether it matters is `core.article`'s to say."""
