"""The phone app on a real system: where its tests in the browser play, and where its screenshots are made."""

from ops.phone_app.stage import AppStage, app_stage

__all__ = ["AppStage", "app_stage"]
