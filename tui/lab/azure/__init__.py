"""The simulated Azure: Microsoft Entra ID and Azure Resource Manager over TLS on loopback."""
