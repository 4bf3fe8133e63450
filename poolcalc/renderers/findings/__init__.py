"""Findings in the forms that people, code review and CI systems read; each file has one `render`."""
