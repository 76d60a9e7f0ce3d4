"""Processes, network namespaces and sysctls."""
import atexit
import ctypes
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000

_owned_namespaces = []
# A lock of our own, so that several oracles do not wait for each other.
os.environ["XTABLES_LOCKFILE"] = "/run/kernel-oracle%d.lock" % os.getpid()


def run(command, text=None, check=True):
    """Runs a command with `text` as its input; a failure raises with what it said."""
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError("%s: exit %d: %s" % (" ".join(command), done.returncode, done.stderr.strip()))
    return done


def new_namespace(name):
    run(["ip", "netns", "add", name])
    _owned_namespaces.append(name)


def enter_namespace(name):
    """Moves this thread into the namespace."""
    descriptor = os.open("/run/netns/" + name, os.O_RDONLY)
    try:
        if libc.setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns " + name)
    finally:
        os.close(descriptor)


def set_sysctl(path, value):
    """Writes /proc/sys/`path`; False where the kernel has no such file or refuses the value."""
    try:
        with open("/proc/sys/" + path, "w") as file:
            file.write(str(value))
        return True
    except OSError:
        return False


def get_sysctl(path):
    """The value, or None where there is none."""
    try:
        with open("/proc/sys/" + path) as file:
            return file.read().strip()
    except OSError:
        return None


@atexit.register
def _clean_up():
    for name in _owned_namespaces:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    if os.path.exists(os.environ["XTABLES_LOCKFILE"]):
        os.unlink(os.environ["XTABLES_LOCKFILE"])
