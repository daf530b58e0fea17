"""Where a platform looks for the function."""

from app.serverless.handler import handler, init, lambda_handler

__all__ = ["handler", "init", "lambda_handler"]
