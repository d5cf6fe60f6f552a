"""Budgets of three kinds, made into limits, and what a page's runs say of them."""
