"""Azure: signing in, Azure Resource Manager, Microsoft Graph. Nothing of Azure's packages is loaded before its use."""
