"""How dialfeed is packaged: the one place of its version, its packages and what it needs.

A `setup.py` rather than a table in pyproject.toml because Beam ships it to remote workers as it
is (`--setup_file setup.py`). The packages are flat (docs/decisions/0005-flat-packages.md); why
each requirement is there stands in CHANGELOG.md; the exact versions are in requirements.lock.
"""

from pathlib import Path

from setuptools import find_packages, setup

VERSION = "0.1.0"

ROOMS = ("schemas", "records", "suppression", "dialer", "transforms", "pipeline")

REQUIREMENTS = (
    "apache-beam[gcp]==2.77.*",
    "fastavro>=1.12",
    "grpcio>=1.71",
    "numpy>=2.2",
    "obstore>=0.12,<0.13",
    "orjson>=3.11",
    "phonenumbers>=9.0",
    "pyarrow>=20",
    "rich>=14",
    "tzdata>=2025.1",
    "zstandard>=0.23",
)

DEVELOPMENT = (
    "atheris==3.0.*; sys_platform == 'linux' and platform_machine == 'x86_64'",
    "cryptography>=45",
    "flask>=3.1",
    "flask-cors>=6.0",
    "hypothesis>=6.140",
    "import-linter>=2.5",
    "moto[s3]>=5.2",
    "mypy>=2.0",
    "packaging>=25",
    "pre-commit>=4.3",
    "pyarrow-stubs>=20",
    "pytest>=9.0",
    "pytest-timeout>=2.4",
    "pytest-xdist>=3.8",
    "ruff>=0.17",
    "setuptools>=77",
    "types-setuptools>=80",
)

# Only what lists are measured against: `make bench` leaves out what is not installed.
BENCHMARKS = (
    "duckdb>=1.4",
    "pyroaring>=1.0",
)

setup(
    name="dialfeed",
    version=VERSION,
    description="Feeds sales leads to an outbound dialer and posts no lead twice (Apache Beam)",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    # Said out loud so that an editable install is a plain path entry: a package that is added
    # later is importable without another install.
    package_dir={"": "."},
    packages=find_packages(include=[*ROOMS, *(f"{room}.*" for room in ROOMS)]),
    package_data={"": ["*.avsc", "py.typed"]},
    install_requires=list(REQUIREMENTS),
    extras_require={"dev": list(DEVELOPMENT), "bench": list(BENCHMARKS)},
    entry_points={"console_scripts": ["dialfeed = pipeline.__main__:main"]},
    classifiers=[
        "Environment :: Console",
        "Operating System :: MacOS",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Typing :: Typed",
    ],
)
