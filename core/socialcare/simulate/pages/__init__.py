"""Reports as pages: one file each, with everything it needs inside, that no hostile text can make act."""
