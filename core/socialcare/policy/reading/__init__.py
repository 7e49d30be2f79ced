"""From nodes to statements: one table of shapes reads a policy and draws its schema."""
