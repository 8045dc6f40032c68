"""Option 14: saved connections and how azsconfig looks."""

from tui.views.view import View


class SettingsView(View):
    """Stub."""
