"""get-cluster-health: what taking a node out depends on, and nothing taken for healthy that was not read."""

from tests.powershell.script_engine import ScriptEngine
from tui.cluster.cluster_health import ClusterHealth, DiskHealth, JobState
from tui.cluster.decode import decode
from tui.cluster.membership import NodeState

CLUSTER = """
enum State { Up; Down; Paused }
function Thing { param([hashtable] $With) [pscustomobject] $With }
function Get-ClusterNode { [CmdletBinding()] param()
    Thing @{ Name = 'HCI-N2'; State = [State]::Paused; DrainStatus = 'Completed'; NodeWeight = 1; DynamicWeight = 1 }
    Thing @{ Name = 'HCI-N1'; State = [State]::Up; DrainStatus = 'NotInitiated'; NodeWeight = 1; DynamicWeight = 0 }
}
function Get-ClusterGroup { [CmdletBinding()] param()
    Thing @{ Name = 'Cluster Group'; GroupType = 'Cluster'; OwnerNode = 'HCI-N1' }
    Thing @{ Name = 'vm-1'; GroupType = 'VirtualMachine'; OwnerNode = 'HCI-N1' }
}
function Get-VirtualDisk { [CmdletBinding()] param()
    Thing @{ FriendlyName = 'Volume01'; HealthStatus = 'Warning'; OperationalStatus = 'Degraded', 'InService' }
}
function Get-PhysicalDisk { [CmdletBinding()] param()
    Thing @{ FriendlyName = 'SSD'; SerialNumber = '0815'; HealthStatus = 'Healthy'; OperationalStatus = 'OK' }
    Thing @{
        FriendlyName = 'SSD'; SerialNumber = '4711'; HealthStatus = 'Warning'; OperationalStatus = 'In Maintenance Mode'
    }
}
function Get-StorageJob { [CmdletBinding()] param()
    Thing @{ Name = 'Repair'; JobState = 'Running'; PercentComplete = 40; BytesProcessed = 4GB; BytesTotal = 10GB }
}
function Get-ClusterQuorum { [CmdletBinding()] param()
    Thing @{ QuorumResource = (Thing @{ Name = 'Cloud Witness'; State = 'Online' }) }
}
function Get-Cluster { [CmdletBinding()] param() Thing @{ DynamicQuorum = 1; WitnessDynamicWeight = 1 } }
"""
CAU = """
function Get-CauClusterRole { [CmdletBinding()] param()
    Thing @{ Name = 'Status'; Value = 'Online' }; Thing @{ Name = 'DaysOfWeek'; Value = 'Sunday' }
}
function Get-CauRun { [CmdletBinding()] param()
    Thing @{
        RunId = '7d1c'; RunStartTime = [datetime]::new(2026, 5, 4, 1, 0, 0); CurrentOrchestrator = 'HCI-N1'
        NodeStatusNotifications = @(Thing @{ Node = 'HCI-N2'; Status = 'Restarting' })
        NodeResults = @(Thing @{
                Node = 'HCI-N1'; Status = 'Succeeded'; NumberOfSucceededUpdates = 3; NumberOfFailedUpdates = 0
            })
    }
}
"""


def health(engine: ScriptEngine, prelude: str) -> ClusterHealth:
    run = engine.run("get-cluster-health", prelude=prelude)
    return decode(ClusterHealth, run.one)


def test_everything_is_told_by_name(engine: ScriptEngine) -> None:
    told = health(engine, CLUSTER + CAU)
    assert [(node.name, node.state, node.roles) for node in told.nodes] == [
        ("HCI-N1", NodeState.UP, ("vm-1",)),
        ("HCI-N2", NodeState.PAUSED, ()),
    ]
    assert [(disk.name, disk.health, disk.operational) for disk in told.sick_disks] == [
        ("Volume01", DiskHealth.WARNING, ("Degraded", "InService"))
    ]
    assert told.physical_disks is not None
    assert [(disk.name, disk.maintained) for disk in told.physical_disks] == [("SSD 4711", True)]
    assert [(job.name, job.state, job.percent) for job in told.jobs_left] == [("Repair", JobState.RUNNING, 40)]
    assert told.quorum is not None
    assert (told.quorum.witness, told.quorum.witness_state, told.quorum.dynamic) == ("Cloud Witness", "Online", True)
    assert told.cau_role is not None
    assert (told.cau_role.installed, told.cau_role.enabled) == (True, True)
    assert told.cau_run is not None
    assert [(node.node, str(node.status)) for node in told.cau_run.nodes] == [
        ("HCI-N2", "Restarting"),
        ("HCI-N1", "Succeeded"),
    ]


def test_without_its_module_there_is_no_cluster_aware_updating(engine: ScriptEngine) -> None:
    told = health(engine, CLUSTER)
    assert told.cau_role is not None
    assert not told.cau_role.installed
    assert told.cau_run is None


def test_what_cannot_be_read_is_no_yes(engine: ScriptEngine) -> None:
    broken = CLUSTER + "function Get-VirtualDisk { [CmdletBinding()] param() throw 'the storage service is away' }"
    run = engine.run("get-cluster-health", prelude=broken)
    told = decode(ClusterHealth, run.one)
    assert told.virtual_disks is None
    assert told.storage_jobs is not None
    assert any("the storage service is away" in warning for warning in run.warnings)


def test_empty_lists_are_read_and_empty(engine: ScriptEngine) -> None:
    quiet = CLUSTER + "function Get-StorageJob { [CmdletBinding()] param() }"
    assert health(engine, quiet).storage_jobs == ()


def test_a_machine_without_a_cluster_has_none(engine: ScriptEngine) -> None:
    assert not health(engine, "").clustered
    down = CLUSTER + "function Get-ClusterNode { [CmdletBinding()] param() throw 'the service is not running' }"
    assert not health(engine, down).clustered
