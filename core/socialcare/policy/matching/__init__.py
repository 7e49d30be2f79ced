"""The compiled engine: finds the rules that may hold by what stands in a mention, and reads only those."""
