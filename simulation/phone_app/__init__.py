"""The phone app on a real system: for its tests in the browser and its screenshots."""

from simulation.phone_app.environment import BANK, AppEnvironment, app_environment

__all__ = ["BANK", "AppEnvironment", "app_environment"]
