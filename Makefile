# All paths are relative and all logic is in scripts/: make cannot handle blanks in paths.
.DEFAULT_GOAL := help
.PHONY: help run test setup lint format lock audit clean
PROCESSES ?= 2

help:
	@echo "make run     安装所缺并启动地图 / install what is missing and start the map"
	@echo "make test    运行全部检查和测试 / run every check and test"
	@echo "make setup   只安装 / install only"
	@echo "make lint    格式、静态检查、类型 / formatting, linting, types"
	@echo "make format  整理格式 / format the code"
	@echo "make lock    重写锁定文件 / pin the Python packages anew"
	@echo "make audit   查询依赖的安全公告（需要互联网） / ask for advisories about the packages (needs the internet)"
	@echo "make clean   删除安装的依赖和缓存，不动数据 / remove installed packages and caches, not data"

run:
	@bash scripts/setup.sh run && exec .venv/bin/python -m gisapp.cli run

test:
	@bash scripts/setup.sh test
	@$(MAKE) --no-print-directory check
	@.venv/bin/python -m pytest -n $(PROCESSES)

setup:
	@bash scripts/setup.sh test

lint: setup
	@$(MAKE) --no-print-directory check

.PHONY: check
check:
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy

format: setup
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lock: setup
	@.venv/bin/python scripts/lock.py

audit: setup
	@.venv/bin/python scripts/audit.py

clean:
	@rm -rf .venv node_modules static/vendor .mypy_cache .pytest_cache .ruff_cache .hypothesis build *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
