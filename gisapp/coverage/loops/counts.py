"""What is counted of each face, and what a face is by its counts."""

GROUND, WALL, SURE, POSSIBLE, SURE_SUM, POSSIBLE_SUM = range(6)
COUNTS = 6
TARGET, UNSEEN, CERTAIN = 1, 2, 4  # to be seen; of this, not surely seen; of this, not possibly
