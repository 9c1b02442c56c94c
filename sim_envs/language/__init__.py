"""Instruction templates, and which task a free sentence asks for."""
