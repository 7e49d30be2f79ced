"""From a mention to a plan: match, plan, guard, settle."""
