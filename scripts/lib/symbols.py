"""The public symbols of the libraries, as the compiler describes them. For scripts/lib/api and scripts/lib/docs."""
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARIES = ["RingQueues", "MutexQueues", "Pipelines"]


def run(*command):
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def build():
    """Builds the libraries. Returns the directory of the products."""
    for library in LIBRARIES:
        run("swift", "build", "--target", library)
    return run("swift", "build", "--show-bin-path")


def graph(library, products, directory):
    """Writes the compiler's description of the public symbols of a module into a directory, and returns it."""
    run("swift-symbolgraph-extract", "-module-name", library, "-I", f"{products}/Modules",
        "-target", json.loads(run("swift", "-print-target-info"))["target"]["unversionedTriple"],
        "-Xcc", f"-fmodule-map-file={products}/CRings.build/module.modulemap",
        "-Xcc", f"-I{ROOT}/Sources/CRings/include",
        "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", directory)
    return [json.loads(file.read_text()) for file in sorted(pathlib.Path(directory).glob(f"{library}*.symbols.json"))]
