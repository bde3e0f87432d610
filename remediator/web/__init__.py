"""One Starlette app: approvals, incidents, manual trigger and webhooks; the same under uvicorn and under Functions."""
