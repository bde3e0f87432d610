"""Outside words → `Signal`: what Event Grid, Azure Monitor and people send, translated. Pure; decides nothing."""
