"""What is sent to each address that takes anything but GET: something telling, or why nothing is."""

from __future__ import annotations

from typing import Any

from tests.access.two_towns import MARK, B

OTHERS = [{"code": code, "version": "1-1"} for code in (f"cameras-{MARK}-1001", "cameras-none")]
MERGE = {"content_type": "application/merge-patch+json"}
# By endpoint. A text says where it is tested that nothing of another town shows.
SENT: dict[str, list[dict[str, Any]] | str] = {
    "account.change_password": "one's own account",
    "account.end_sessions": "one's own account",
    "admin_accounts.change": "tests/web/test_admin_accounts.py",
    "admin_accounts.create": "tests/web/test_admin_accounts.py",
    "admin_actions.do": "tests/web/test_admin_accounts.py",
    "api_changes.change_many": [{"json": {"items": OTHERS, "set": {"source": "x"}}}, {"json": {}}],
    "api_changes.undo_change": [{}],
    "api_imports.apply_import": [{}, {"json": {"round": 1}}],
    "api_imports.change_import": [{"json": {"round": 1}, **MERGE}, {"json": {"layer": "cameras"}}],
    "api_imports.create_import": "files: tests/imports",
    "api_imports.delete_import": [{}],
    "api_imports.undo_import": [{}],
    "api_jobs.cancel_job": [{}],
    "api_jobs.retry_job": [{}],
    "api_jobs.start_job": "tests/jobs",
    "api_siting.move_site": "tests/web/test_siting.py",
    "api_siting.remove_proposal": "changes what is walked: tests/web/test_siting.py",
    "api_siting.save_proposal": "changes what is walked: tests/web/test_siting.py",
    "api_siting.start_proposal": [{"json": {"area": B, "cameras": 1}}, {"json": {"area": "none"}}],
    "api_what_if.show_what_if": "tests/access/test_walk.py",
    "api_write.create_item": "tests/access/test_walk.py",
    "api_write.delete_item": "tests/access/test_walk.py",
    "api_write.patch_item": "tests/access/test_walk.py",
    "api_write.replace_item": "tests/access/test_walk.py",
    "api_write.restore_item": "tests/access/test_walk.py",
    "audit_pages.verify_audit": [{}],
    "import_pages.create_import": "files: tests/imports",
    "import_pages.do_deed": [{}],
    "import_pages.take_plan": [{"data": {"round": "1"}}],
    "import_pages.take_remedy": [{"data": {"round": "1", "key": "x", "check": "x"}}],
    "job_pages.start_job": "tests/jobs",
    "second_factor.begin_set_up": "one's own account",
    "second_factor.confirm": "one's own account",
    "second_factor.remove": "one's own account",
    "second_factor.renew_codes": "one's own account",
    "sign_in.sign_out": "one's own session",
    "tokens.create_token": "one's own account",
    "tokens.revoke": "one's own account",
}
