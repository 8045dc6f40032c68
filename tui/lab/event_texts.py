"""Texts of the `Microsoft-AzureStack-HCI/Admin` channel (MicrosoftDocs, troubleshoot-hci-registration)."""

LICENSE_NOT_RENEWED = (
    "Azure Stack HCI failed to renew license from Azure. To get more details about the specific error, enable the "
    "Microsoft-AzureStack-HCI/Debug event channel."
)
"""585, a warning."""
CANNOT_CONNECT = (
    "Azure Stack HCI failed to connect with Azure. If you continue to see this error, try running Register-AzStackHCI "
    "again with the -RepairRegistration parameter."
)
"""591, an error."""
SELF_REPAIR = (
    "Azure Stack HCI has initiated a repair of its data. No further action from the user is required at this time."
)
"""592, information."""
