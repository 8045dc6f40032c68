"""The bodies of the command shell's answers, element by element as real Windows orders them."""

import base64

from tui.lab.winrm.command import Received
from tui.lab.winrm.durations import age_text, timeout_text
from tui.lab.winrm.envelope import CMD_SHELL, SHELL, Request, escape
from tui.lab.winrm.shells import Shell


def created_document(shell: Shell, request: Request) -> str:
    """Answer Create: where the new shell is, and what it is."""
    return (
        f"<x:ResourceCreated><a:Address>{escape(request.to)}</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{CMD_SHELL}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell.id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
        f"</x:ResourceCreated>{shell_document(shell)}"
    )


def shell_document(shell: Shell) -> str:
    """Describe a shell."""
    settings = shell.settings
    environment = "".join(
        # Recorded: Windows drops backslashes from the names it echoes, though not from the variables.
        f'<rsp:Variable Name="{escape(name.replace(chr(92), ""))}">{escape(value)}</rsp:Variable>'
        for name, value in settings.environment.items()
    )
    return (
        f'<rsp:Shell xmlns:rsp="{SHELL}"><rsp:ShellId>{shell.id}</rsp:ShellId>'
        f"<rsp:ResourceUri>{CMD_SHELL}</rsp:ResourceUri>"
        f"<rsp:Owner>{escape(shell.owner.display_name)}</rsp:Owner><rsp:ClientIP>{shell.client_ip}</rsp:ClientIP>"
        + (f"<rsp:Environment>{environment}</rsp:Environment>" if environment else "")
        + (
            f"<rsp:WorkingDirectory>{escape(settings.working_directory)}</rsp:WorkingDirectory>"
            if settings.working_directory
            else ""
        )
        + f"<rsp:IdleTimeOut>{timeout_text(settings.idle_timeout_seconds)}</rsp:IdleTimeOut>"
        f"<rsp:InputStreams>{escape(settings.input_streams)}</rsp:InputStreams>"
        f"<rsp:OutputStreams>{escape(settings.output_streams)}</rsp:OutputStreams>"
        f"<rsp:ShellRunTime>{age_text(shell.age_seconds)}</rsp:ShellRunTime>"
        f"<rsp:ShellInactivity>{age_text(shell.inactive_seconds)}</rsp:ShellInactivity></rsp:Shell>"
    )


def received_document(command_id: str, received: Received) -> str:
    """Hand out output and, at the end, the exit code."""
    parts = [
        f'<rsp:Stream Name="{stream}" CommandId="{command_id}">{base64.b64encode(data).decode()}</rsp:Stream>'
        for stream, data in received.chunks
    ]
    state = "Running"
    ending = ""
    if received.exit_code is not None:
        parts += [
            f'<rsp:Stream Name="{stream}" CommandId="{command_id}" End="true"></rsp:Stream>'
            for stream in ("stdout", "stderr")
        ]
        state = "Done"
        ending = f"<rsp:ExitCode>{received.exit_code}</rsp:ExitCode>"
    return (
        f"<rsp:ReceiveResponse>{''.join(parts)}"
        f'<rsp:CommandState CommandId="{command_id}" State="{SHELL}/CommandState/{state}">{ending}</rsp:CommandState>'
        "</rsp:ReceiveResponse>"
    )
