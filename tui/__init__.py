"""azsconfig: a text menu for the Azure registration of an Azure Stack HCI cluster."""

__version__ = "0.1.0"
