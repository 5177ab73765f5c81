"""Referrals: what is handed over for accountability, as a sealed file, and what came of it."""

from app.cases.docket import PARTS
from app.supervision.referrals.docket import owners, referrals, responsibilities

PARTS |= {"referrals": referrals, "owners": owners, "responsibilities": responsibilities}
