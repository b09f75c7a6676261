"""The phone app on a real system: where its tests in the browser play, and where its screenshots are made."""

from simulation.phone_app.stage import BANK, AppStage, app_stage

__all__ = ["BANK", "AppStage", "app_stage"]
