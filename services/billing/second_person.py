"""Whether two acts are of two people, and what stands where no person decides. Pure."""

from shared.second_person import is_same_login, is_same_name, is_same_person

ESTIMATES_RULE = "Quy tắc quyết toán chỉ số tạm tính"
"""Stands where a second person does: what a true reading below an estimate corrects, nobody decides."""

__all__ = ["ESTIMATES_RULE", "is_same_login", "is_same_name", "is_same_person"]
