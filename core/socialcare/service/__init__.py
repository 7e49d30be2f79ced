"""`socialcare run`: what listens, decides and speaks, put together and kept going."""
